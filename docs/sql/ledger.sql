-- Usage: ledger.kept of `slopnexus usage FILE... --format json`
-- Reads `usage.ndjson`: slopnexus usage FILE... --format ndjson > usage.ndjson
-- What counts, added up: records, tokens, and dollars exactly, since they are decimals.
WITH records AS (
    SELECT tokens, cost
    FROM read_ndjson('usage.ndjson', columns = {
        tokens: 'MAP(VARCHAR, HUGEINT)', cost: 'MAP(VARCHAR, VARCHAR)'
    })
), sums AS (
    SELECT count(*)::DECIMAL(38, 12) AS records,
        coalesce(sum(list_sum(map_values(tokens))), 0)::DECIMAL(38, 12) AS tokens,
        coalesce(sum(cost['billed_usd']::DECIMAL(38, 12)), 0) AS billed_usd,
        coalesce(sum(cost['list_usd']::DECIMAL(38, 12)), 0) AS list_usd,
        coalesce(sum(cost['estimated_usd']::DECIMAL(38, 12)), 0) AS estimated_usd,
        coalesce(sum(cost['computed_usd']::DECIMAL(38, 12)), 0) AS computed_usd
    FROM records
)
SELECT NULL AS repo, 'ledger.kept.' || name AS figure, value
FROM (UNPIVOT sums ON COLUMNS(*) INTO NAME name VALUE value)
ORDER BY figure;
