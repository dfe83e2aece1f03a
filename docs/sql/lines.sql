-- Report: repositories[].lines (births, deaths, alive, unknown_birth)
-- Lines that landed and count, those of them that are gone, and those that stand.
WITH counts AS (
    SELECT repo, sum(lines) AS births,
        coalesce(sum(lines) FILTER (WHERE death IS NOT NULL), 0) AS deaths,
        coalesce(sum(lines) FILTER (WHERE death IS NULL), 0) AS alive,
        coalesce(sum(lines) FILTER (WHERE birth_unknown), 0) AS unknown_birth
    FROM lifetimes WHERE counted GROUP BY repo
)
SELECT repo, 'lines.' || name AS figure, value
FROM (UNPIVOT counts ON births, deaths, alive, unknown_birth INTO NAME name VALUE value)
ORDER BY repo, figure;
