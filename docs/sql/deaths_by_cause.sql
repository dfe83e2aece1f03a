-- Report: repositories[].deaths_by_cause
-- What the lines that are gone went by.
SELECT repo, 'deaths_by_cause.' || cause AS figure, sum(lines) AS value
FROM lifetimes WHERE counted AND death IS NOT NULL
GROUP BY repo, cause ORDER BY repo, cause;
