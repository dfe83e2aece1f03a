-- Report: repositories[].survival_by_change."30".value and ."90".value
-- Needs: lives.sql
-- Survival where every landing counts the same, however many lines it brought: a line
-- has the weight 1 / n, n being the lines that its landing brought.
WITH weighted AS (
    SELECT *, lines::DOUBLE / sum(lines) OVER (PARTITION BY repo, landing) AS weight
    FROM lives
), ages AS (
    SELECT repo, age_days, sum(weight) AS left_view,
        coalesce(sum(weight) FILTER (WHERE died), 0) AS died
    FROM weighted GROUP BY repo, age_days
), steps AS (
    SELECT repo, age_days, died,
        sum(left_view) OVER (PARTITION BY repo ORDER BY age_days DESC) AS at_risk
    FROM ages
)
SELECT repo, 'survival_by_change.' || days || '.value' AS figure,
    product(CASE WHEN age_days <= days THEN 1 - died / at_risk ELSE 1 END) AS value
FROM steps, (VALUES (30), (90)) AS horizons(days)
GROUP BY repo, days ORDER BY repo, days;
