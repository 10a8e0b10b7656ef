-- As before, but nobody is ended for a customer who is in the server and waits by his own statement: one could wait on
-- purpose, for a lock that another customer rightly holds on what is his own. Who is just connecting is not listed yet.
CREATE OR REPLACE FUNCTION end_holdups(OUT tenant_id bigint, OUT username text, OUT waiting bigint) RETURNS SETOF record
LANGUAGE plpgsql AS $$
DECLARE
    v_holder integer;
BEGIN
    -- in a loop, because a condition beside others is looked at in any order, and this one ends sessions
    FOR v_holder, tenant_id, username, waiting IN
        WITH holdups AS MATERIALIZED (
            SELECT holder, count(DISTINCT w.pid) AS waiting
              FROM pg_locks w, unnest(pg_blocking_pids(w.pid)) holder
             WHERE NOT w.granted
               AND w.waitstart < clock_timestamp() - interval '200 milliseconds'
               AND w.pid NOT IN (SELECT c.pid FROM pg_stat_activity c JOIN roles r ON r.physical = c.usename)
               AND (w.locktype = 'object' AND w.database = 0
                    OR w.pid IN (SELECT s.pid FROM pg_stat_activity s
                                  WHERE s.usename = current_user AND s.datname = current_database()))
             GROUP BY holder)
        SELECT h.holder, r.tenant_id, r.username, h.waiting
          FROM holdups h
          JOIN pg_stat_activity a ON a.pid = h.holder AND a.backend_type = 'client backend'
          JOIN roles r ON r.physical = a.usename
    LOOP
        PERFORM pg_terminate_backend(v_holder);
        RETURN NEXT;
    END LOOP;
END $$;

-- As before, but what comes after it in the transaction waits for locks as long as ever.
CREATE OR REPLACE FUNCTION drop_role(p_role text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_gone  text := 'gone_' || replace(gen_random_uuid()::text, '-', '');
    v_other text;
    v_usual text := current_setting('lock_timeout');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('role:' || p_role, 0));
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = p_role) THEN
        RETURN;
    END IF;
    EXECUTE format('GRANT %I TO CURRENT_USER', p_role);
    EXECUTE format('DROP OWNED BY %I', p_role);
    BEGIN
        SET LOCAL lock_timeout = '100ms'; -- whoever gives it something right now has a lock on it
        EXECUTE format('DROP ROLE %I', p_role);
        PERFORM set_config('lock_timeout', v_usual, true);
        RETURN;
    EXCEPTION WHEN dependent_objects_still_exist OR lock_not_available THEN
        NULL;
    END;
    FOR v_other IN
        SELECT g.rolname
          FROM pg_auth_members m
          JOIN pg_roles g ON g.oid = m.roleid
          JOIN pg_roles u ON u.oid = m.member
         WHERE u.rolname = p_role
    LOOP
        EXECUTE format('REVOKE %I FROM %I', v_other, p_role);
    END LOOP;
    FOR v_other IN
        SELECT u.rolname
          FROM pg_auth_members m
          JOIN pg_roles g ON g.oid = m.roleid
          JOIN pg_roles u ON u.oid = m.member
         WHERE g.rolname = p_role
    LOOP
        EXECUTE format('REVOKE %I FROM %I', p_role, v_other);
    END LOOP;
    EXECUTE format('ALTER ROLE %I NOLOGIN CONNECTION LIMIT 0 PASSWORD NULL', p_role);
    EXECUTE format('ALTER ROLE %I RENAME TO %I', p_role, v_gone);
    INSERT INTO gone_roles (physical) VALUES (v_gone);
END $$;
