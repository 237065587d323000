-- What tells one history of the log from another. A restore may leave any of these as it was, so all are looked at: a
-- dump brings other tables, mostly in another database; a recovery begins a timeline; a copy of the data files leaves
-- them all, and a log that was written less far than somebody has seen.

ALTER TABLE epoch ADD COLUMN database_id oid, ADD COLUMN table_id oid;

-- A server that only follows another one says nothing of its timeline and its writing.
CREATE VIEW counted_on AS
SELECT s.system_identifier, d.oid AS database_id, 'epoch'::regclass::oid AS table_id,
    CASE WHEN NOT pg_is_in_recovery() THEN
        ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::integer
    END AS timeline,
    CASE WHEN NOT pg_is_in_recovery() THEN
        pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint
    END AS written
FROM pg_control_system() s JOIN pg_database d ON d.datname = current_database();

UPDATE epoch e SET database_id = c.database_id, table_id = c.table_id
FROM counted_on c WHERE e.system_identifier = c.system_identifier AND e.timeline = c.timeline;
