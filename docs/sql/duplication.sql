-- Report: repositories[].duplication.product.share and .tests.share
-- The share of the countable lines at the tip that stand in a clone, by the default
-- preset. (Files that are left out of the tables of lines, which are gaps, have none
-- here.)
SELECT repo,
    'duplication.' || CASE WHEN test THEN 'tests' ELSE 'product' END || '.share' AS figure,
    sum(duplicated_lines) / nullif(sum(countable_lines), 0) AS value
FROM duplication WHERE preset = 'default'
GROUP BY repo, test ORDER BY repo, test;
