-- Nobody is held up by what another tenant locks, or gives, in his own database.

-- When the background last took a deletion up: the longest untried comes first, so that one that fails starves no other.
ALTER TABLE databases ADD COLUMN tried_at timestamptz;
ALTER TABLE roles     ADD COLUMN tried_at timestamptz;
CREATE INDEX roles_by_age_deleting ON roles (updated_at) WHERE status = 'deleting';

-- Roles that are gone for their tenant and nameless on the server, but not gone from it, because something in another
-- tenant's database mentions them. They are nobody's, so there is no tenant and no row-level security here.
CREATE TABLE gone_roles (
    physical text        COLLATE "C" NOT NULL,
    gone_at  timestamptz NOT NULL DEFAULT now(),
    tried_at timestamptz,

    CONSTRAINT gone_roles_pkey PRIMARY KEY (physical),
    CONSTRAINT gone_roles_physical_is_ours CHECK (physical ~ '^gone_[0-9a-f]{32}$')
);
GRANT SELECT, INSERT, UPDATE, DELETE ON gone_roles TO ${service};

-- Ends the sessions of customers that keep somebody waiting for a lock: on a database or a role of the server, which
-- anybody may lock that is allowed to log in, or on whatever a session of ours in this database waits for. What they keep
-- waiting in their own databases is not looked at. A fifth of a second is what an honest statement may take.
CREATE FUNCTION end_holdups(OUT tenant_id bigint, OUT username text, OUT waiting bigint) RETURNS SETOF record
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

-- As before, but all of them are told first and two seconds are waited for them together: some take long to stop, and a
-- customer may have many.
CREATE OR REPLACE FUNCTION end_sessions(p_database text, p_role text, p_before timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_end  timestamptz := clock_timestamp() + interval '2 seconds';
    v_pids integer[];
BEGIN
    SELECT array_agg(pid) INTO v_pids
      FROM pg_stat_activity
     WHERE backend_type = 'client backend'
       AND pid <> pg_backend_pid()
       AND usename <> current_user
       AND usesysid NOT IN (SELECT oid FROM pg_roles WHERE rolsuper) -- not ours to end, such as a backup
       AND (p_database IS NULL OR datname = p_database)
       AND (p_role IS NULL OR usename = p_role)
       AND (p_database IS NOT NULL OR p_role IS NOT NULL)
       AND (p_before IS NULL OR backend_start <= p_before);
    PERFORM pg_terminate_backend(pid) FROM unnest(v_pids) pid;
    LOOP
        PERFORM pg_stat_clear_snapshot();
        EXIT WHEN v_pids IS NULL OR clock_timestamp() > v_end
               OR NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = ANY (v_pids));
        PERFORM pg_sleep(0.005);
    END LOOP;
    RETURN coalesce(cardinality(v_pids), 0);
END $$;

-- As before, but a role that something in another tenant's database still mentions, or is just about to, is not waited
-- for: it loses its name and all that it could do, and the reconciler takes it away when it can.
CREATE OR REPLACE FUNCTION drop_role(p_role text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_gone  text := 'gone_' || replace(gen_random_uuid()::text, '-', '');
    v_other text;
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

-- The end of a role that has no name any more and is mentioned nowhere.
CREATE FUNCTION drop_gone_role(p_role text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM gone_roles WHERE physical = p_role;
    IF FOUND AND EXISTS (SELECT FROM pg_roles WHERE rolname = p_role) THEN
        EXECUTE format('GRANT %I TO CURRENT_USER', p_role);
        EXECUTE format('DROP OWNED BY %I', p_role);
        EXECUTE format('DROP ROLE %I', p_role);
    END IF;
END $$;

-- As before, but somebody may have given something to a group that he saw being made.
CREATE OR REPLACE FUNCTION pool_forget(p_prefix text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM pool WHERE prefix = p_prefix AND state <> 'ready';
    IF FOUND THEN
        PERFORM drop_role(p_prefix || suffix) FROM unnest(ARRAY['_own', '_rw', '_ro']) suffix;
    END IF;
END $$;
