-- Report: repositories[].survival."30".value and ."90".value
-- Needs: lives.sql
-- The share of lines that stand 30 and 90 days after they landed (Kaplan and Meier 1958):
-- the product over all ages up to then of 1 - died / at risk. Lines last seen alive at an
-- age are at risk at it. The report says null where fewer than 200 lines or 5 % of the
-- lines are at risk; the product alone does not know.
WITH ages AS (
    SELECT repo, age_days, sum(lines) AS left_view,
        coalesce(sum(lines) FILTER (WHERE died), 0) AS died
    FROM lives GROUP BY repo, age_days
), steps AS (
    SELECT repo, age_days, died,
        sum(left_view) OVER (PARTITION BY repo ORDER BY age_days DESC) AS at_risk
    FROM ages
)
SELECT repo, 'survival.' || days || '.value' AS figure,
    product(CASE WHEN age_days <= days THEN 1 - died / at_risk ELSE 1 END) AS value
FROM steps, (VALUES (30), (90)) AS horizons(days)
GROUP BY repo, days ORDER BY repo, days;
