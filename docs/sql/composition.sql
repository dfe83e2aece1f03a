-- Report: composition[] (landed and alive, by the year in UTC in which lines landed)
-- Of all repositories together: `repo` is null.
WITH landings AS (
    SELECT repo, id, year(landing_time) AS year FROM commits WHERE id = landing
), years AS (
    SELECT year, sum(lines) AS landed,
        coalesce(sum(lines) FILTER (WHERE death IS NULL), 0) AS alive
    FROM lifetimes
    JOIN landings ON landings.repo = lifetimes.repo AND landings.id = lifetimes.landing
    WHERE counted GROUP BY year
)
SELECT NULL AS repo, 'composition.year=' || year || '.' || name AS figure, value
FROM (UNPIVOT years ON landed, alive INTO NAME name VALUE value)
ORDER BY figure;
