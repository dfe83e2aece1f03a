-- Report: line_operations.total (its counts, and copy_share)
-- What landings did to lines, of all repositories together; imports (`bulk`) and files
-- whose lines do not count are left out. Form and white space alone are no-op.
WITH counts AS (
    SELECT sum(added) AS added, sum(deleted) AS deleted, sum(updated) AS updated,
        sum(moved) AS moved, sum(copied) AS copied,
        sum(find_and_replaced) AS find_and_replaced,
        sum(reformatted + no_op_added + no_op_deleted + respaced) AS no_op,
        sum(unknown_added + unknown_deleted) AS unknown
    FROM line_operations WHERE counted AND NOT bulk
), shares AS (
    SELECT *, copied / nullif(copied + moved, 0) AS copy_share
    FROM (SELECT COLUMNS(*)::DOUBLE FROM counts)
)
SELECT NULL AS repo, 'line_operations.total.' || name AS figure, value
FROM (UNPIVOT shares ON COLUMNS(*) INTO NAME name VALUE value)
ORDER BY figure;
