-- What survival and churn are estimated from: one row for lines that lived alike.
-- A line is followed from its landing to its death, or to the end of observation. What
-- went out of sight (`reformatted`, `unreadable`) did not die. What may be older than it
-- seems, what landed again after it had died and pieces of older lines are no first
-- lives.
CREATE VIEW lives AS
WITH landings AS (
    SELECT repo, id, epoch(landing_time) AS second FROM commits WHERE id = landing
)
SELECT
    one.repo,
    one.landing,
    greatest(coalesce(died.second, epoch(repositories.as_of)) - born.second, 0)
        / 86400 AS age_days,
    one.death IS NOT NULL AND one.cause NOT IN ('reformatted', 'unreadable') AS died,
    one.lines
FROM lifetimes AS one
JOIN repositories ON repositories.id = one.repo
JOIN landings AS born ON born.repo = one.repo AND born.id = one.landing
LEFT JOIN landings AS died ON died.repo = one.repo AND died.id = one.death
WHERE one.counted
    AND NOT one.birth_unknown
    AND NOT one.relanded
    AND NOT one.reformatted;
