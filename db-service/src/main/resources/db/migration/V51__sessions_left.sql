-- Ends sessions that a request was to end after its commit and did not, because the service was stopped in between: in a
-- suspended database, of a login that was made with one, or from when a login had more in a database than it has now.
CREATE FUNCTION end_sessions_left(OUT tenant_id bigint, OUT username text) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
    v_pid integer;
BEGIN
    -- in a loop, because a condition beside others is looked at in any order, and this one ends sessions
    FOR v_pid, tenant_id, username IN
        SELECT a.pid, r.tenant_id, r.username
          FROM pg_stat_activity a
          JOIN roles r ON r.physical = a.usename
          LEFT JOIN databases m ON m.id = r.database_id
          LEFT JOIN databases d ON d.physical = a.datname
          LEFT JOIN grants g ON g.database_id = d.id AND g.role_id = r.id
         WHERE a.backend_type = 'client backend'
           AND a.backend_start < statement_timestamp() -- who has come since then may have been let in since then
           AND (m.suspended OR d.suspended OR a.backend_start <= g.lowered_at)
    LOOP
        PERFORM pg_terminate_backend(v_pid);
        RETURN NEXT;
    END LOOP;
END $$;
