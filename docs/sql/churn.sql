-- Report: repositories[].churn."21".value (and 7, 14, 30)
-- Needs: lives.sql
-- The share of lines that is gone 21 days after it landed: 1 less survival, so that lines
-- too young to tell count as long as they were followed.
WITH ages AS (
    SELECT repo, age_days, sum(lines) AS left_view,
        coalesce(sum(lines) FILTER (WHERE died), 0) AS died
    FROM lives GROUP BY repo, age_days
), steps AS (
    SELECT repo, age_days, died,
        sum(left_view) OVER (PARTITION BY repo ORDER BY age_days DESC) AS at_risk
    FROM ages
)
SELECT repo, 'churn.' || days || '.value' AS figure,
    1 - product(CASE WHEN age_days <= days THEN 1 - died / at_risk ELSE 1 END) AS value
FROM steps, (VALUES (7), (14), (21), (30)) AS horizons(days)
GROUP BY repo, days ORDER BY repo, days;
