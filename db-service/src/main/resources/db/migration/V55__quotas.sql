-- How much a database may hold, and what is done with one that holds more: its customer is warned, then he may read and
-- delete only, then he is shut out. A step is stored first and then carried out.
--
-- "size_limit" is in bytes, "statement_limit" in milliseconds, 0 is none, and NULL is what the settings say. "quota_from" is
-- what it held when it was restricted. While it is restricted or suspended, its owners' logins are in "quota_group" instead of
-- the group _own; "quota_turned_at" is when they went there, or back. "quota_applied" says that what is within the database is
-- taken away too, and quota_undo has what that was. "suspended" is what holds: somebody has asked for it, or the quota has
-- come to that.
ALTER TABLE databases
    ADD COLUMN size_limit       bigint,
    ADD COLUMN statement_limit  bigint,
    ADD COLUMN temp_limit_mb    integer,
    ADD COLUMN size             bigint,
    ADD COLUMN activity         bigint,
    ADD COLUMN measured_at      timestamptz,
    ADD COLUMN quota_step       text        NOT NULL DEFAULT 'within',
    ADD COLUMN quota_since      timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN quota_from       bigint,
    ADD COLUMN quota_group      text        COLLATE "C",
    ADD COLUMN quota_turned_at  timestamptz,
    ADD COLUMN quota_applied    boolean     NOT NULL DEFAULT false,
    ADD COLUMN suspension_asked boolean     NOT NULL DEFAULT false,
    ADD CONSTRAINT databases_size_limit_not_negative CHECK (size_limit >= 0),
    ADD CONSTRAINT databases_statement_limit_not_negative CHECK (statement_limit >= 0),
    ADD CONSTRAINT databases_temp_limit_not_negative CHECK (temp_limit_mb >= 0),
    ADD CONSTRAINT databases_quota_step_known CHECK (quota_step IN ('within', 'warned', 'restricted', 'suspended')),
    ADD CONSTRAINT databases_quota_group_is_ours CHECK (quota_group ~ '^zz_quota_[0-9a-f]{32}$'),
    ADD CONSTRAINT databases_quota_group_when_over CHECK ((quota_step IN ('restricted', 'suspended')) = (quota_group IS NOT NULL));

-- row-level security binds the owner of the tables too
SELECT set_config('app.tenant', '*', true);
UPDATE databases SET suspension_asked = suspended;
SELECT set_config('app.tenant', '', true);

-- What a quota took away within a database, in the words of GRANT: "what" was given to "grantee". Logins and groups may have
-- other names by the time it is given back.
CREATE TABLE quota_undo (
    n           bigint      GENERATED ALWAYS AS IDENTITY,
    tenant_id   bigint      NOT NULL,
    database_id uuid        NOT NULL,
    what        text        NOT NULL,
    grantee     text        NOT NULL,
    role_id     uuid,
    name        text,
    grantable   boolean     NOT NULL,

    CONSTRAINT quota_undo_pkey PRIMARY KEY (n),
    CONSTRAINT quota_undo_database_fkey
        FOREIGN KEY (database_id) REFERENCES databases (id) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT quota_undo_role_fkey FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE CASCADE,
    CONSTRAINT quota_undo_grantee_known CHECK (grantee IN ('public', 'writers', 'readers', 'login', 'other')),
    CONSTRAINT quota_undo_login_has_a_role CHECK ((grantee = 'login') = (role_id IS NOT NULL)),
    CONSTRAINT quota_undo_other_has_a_name CHECK ((grantee = 'other') = (name IS NOT NULL))
);
CREATE INDEX quota_undo_by_database ON quota_undo (database_id, n);
CREATE INDEX quota_undo_by_role ON quota_undo (role_id) WHERE role_id IS NOT NULL;

ALTER TABLE quota_undo ENABLE ROW LEVEL SECURITY;
ALTER TABLE quota_undo FORCE ROW LEVEL SECURITY;
CREATE POLICY quota_undo_tenant ON quota_undo
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, UPDATE, DELETE ON quota_undo TO ${service};

-- As before, but while a quota takes writing away, whoever owns gets the quota's group instead; and what a login may spill to
-- disk in the database is the database's to say.
CREATE OR REPLACE FUNCTION set_privilege(p_database text, p_role text, p_privilege text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_quota text := (SELECT quota_group FROM databases WHERE physical = p_database);
    v_group text := CASE p_privilege
                    WHEN 'OWNER' THEN coalesce(v_quota, p_database || '_own')
                    WHEN 'READ_WRITE' THEN p_database || '_rw'
                    WHEN 'READ_ONLY' THEN p_database || '_ro'
                    END;
    v_other text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('database:' || p_database, 0));
    PERFORM pg_advisory_xact_lock(hashtextextended('role:' || p_role, 0));
    FOR v_other IN
        SELECT g.rolname
          FROM pg_auth_members m
          JOIN pg_roles g ON g.oid = m.roleid
          JOIN pg_roles u ON u.oid = m.member
         WHERE u.rolname = p_role
           AND g.rolname = ANY (ARRAY[p_database || '_own', p_database || '_rw', p_database || '_ro', v_quota])
           AND g.rolname IS DISTINCT FROM v_group
    LOOP
        EXECUTE format('REVOKE %I FROM %I', v_other, p_role);
    END LOOP;
    IF p_privilege IS DISTINCT FROM 'OWNER' AND EXISTS (
        SELECT FROM pg_db_role_setting s
          JOIN pg_roles u ON u.oid = s.setrole
          JOIN pg_database d ON d.oid = s.setdatabase
         WHERE u.rolname = p_role AND d.datname = p_database)
    THEN
        EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET ALL', p_role, p_database);
    END IF;
    IF p_privilege IS DISTINCT FROM 'CONNECT' AND EXISTS (
        SELECT FROM pg_database d, aclexplode(d.datacl) a, pg_roles u
         WHERE d.datname = p_database AND u.rolname = p_role AND a.grantee = u.oid)
    THEN
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM %I', p_database, p_role);
    END IF;
    IF p_privilege = 'CONNECT' THEN
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', p_database, p_role);
    ELSIF p_privilege IS NOT NULL THEN
        EXECUTE format('GRANT %I TO %I', v_group, p_role);
    END IF;
    IF p_privilege = 'OWNER' THEN
        -- so that what this login makes belongs to the group, and stays when the login goes
        EXECUTE format('ALTER ROLE %I IN DATABASE %I SET role = %L', p_role, p_database, v_group);
    END IF;
    IF p_privilege IS NOT NULL THEN
        PERFORM set_temp_limit(p_database, p_role);
    END IF;
END $$;

-- What a login may spill to disk in a database that has a limit of its own, 0 being none; else what it may anywhere.
CREATE FUNCTION set_temp_limit(p_database text, p_role text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_limit integer := (SELECT temp_limit_mb FROM databases WHERE physical = p_database);
BEGIN
    IF v_limit IS NOT NULL THEN
        EXECUTE format('ALTER ROLE %I IN DATABASE %I SET temp_file_limit = %L', p_role, p_database,
                       CASE v_limit WHEN 0 THEN '-1' ELSE v_limit || 'MB' END);
    ELSIF EXISTS (
        SELECT FROM pg_db_role_setting s
          JOIN pg_roles u ON u.oid = s.setrole
          JOIN pg_database d ON d.oid = s.setdatabase,
               unnest(s.setconfig) setting
         WHERE u.rolname = p_role AND d.datname = p_database AND starts_with(setting, 'temp_file_limit='))
    THEN
        EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET temp_file_limit', p_role, p_database);
    END IF;
END $$;

-- As before, but for two who may want it: the customer or an operator, and the quota.
CREATE OR REPLACE FUNCTION set_suspended(p_id uuid, p_suspended boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE databases SET suspension_asked = p_suspended WHERE id = p_id;
    PERFORM apply_access(p_id);
END $$;

-- Shuts the customer out of a database, or lets him in, as its row says; and has his readers and writers make temporary tables
-- there, or not, for these are part of its size.
CREATE FUNCTION apply_access(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_database record;
    v_role     text;
BEGIN
    UPDATE databases
       SET suspended = NOT suspended, updated_at = now()
     WHERE id = p_id AND suspended <> (suspension_asked OR quota_step = 'suspended');
    SELECT physical, suspended, quota_group INTO STRICT v_database FROM databases WHERE id = p_id;
    PERFORM pg_advisory_xact_lock(hashtextextended('database:' || v_database.physical, 0));
    FOR v_role IN
        SELECT v_database.physical || suffix FROM unnest(ARRAY['_own', '_rw', '_ro']) suffix
        UNION ALL
        SELECT v_database.quota_group WHERE v_database.quota_group IS NOT NULL
        UNION ALL
        SELECT r.physical FROM grants g JOIN roles r ON r.id = g.role_id
         WHERE g.database_id = p_id AND g.privilege = 'CONNECT'
    LOOP
        IF v_database.suspended THEN
            EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM %I', v_database.physical, v_role);
        ELSE
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', v_database.physical, v_role);
        END IF;
    END LOOP;
    IF v_database.quota_group IS NULL THEN
        EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %I', v_database.physical, v_database.physical || '_rw');
    ELSE
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM %I', v_database.physical, v_database.physical || '_rw');
    END IF;
    PERFORM set_login(r.physical, NOT v_database.suspended)
       FROM roles r
      WHERE r.database_id = p_id AND r.status = 'active';
END $$;

-- Puts a database on a step, unless it has left the one it was on. What is within the database is taken away afterwards, and
-- given back before; sessions are ended after the commit, for what they have taken on they keep. Imports write as the owners'
-- group, so they end; exports only read.
CREATE FUNCTION set_quota_step(p_id uuid, p_from text, p_to text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_over     boolean := p_to IN ('restricted', 'suspended');
    v_database record;
    v_group    text;
    v_login    text;
BEGIN
    SELECT physical, quota_group INTO v_database
      FROM databases
     WHERE id = p_id AND status = 'active' AND quota_step = p_from
       FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    v_group := CASE WHEN v_over
                    THEN coalesce(v_database.quota_group, 'zz_quota_' || replace(gen_random_uuid()::text, '-', '')) END;
    UPDATE databases
       SET quota_step = p_to, quota_since = now(), quota_group = v_group, quota_applied = quota_applied AND v_over,
           quota_from = CASE WHEN p_to = 'restricted' THEN size WHEN v_over THEN quota_from END
     WHERE id = p_id;
    IF v_group IS DISTINCT FROM v_database.quota_group THEN
        IF v_over THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', v_group);
            PERFORM set_login(login, false)
               FROM transfers
              WHERE database_id = p_id AND kind = 'import' AND login IS NOT NULL;
        END IF;
        FOR v_login IN
            SELECT r.physical
              FROM grants g
              JOIN roles r ON r.id = g.role_id
              JOIN pg_roles u ON u.rolname = r.physical
             WHERE g.database_id = p_id AND g.privilege = 'OWNER'
             ORDER BY r.physical
        LOOP
            PERFORM set_privilege(v_database.physical, v_login, 'OWNER');
        END LOOP;
        IF NOT v_over THEN
            PERFORM drop_role(v_database.quota_group);
            DELETE FROM quota_undo WHERE database_id = p_id;
        END IF;
        UPDATE databases SET quota_turned_at = clock_timestamp() WHERE id = p_id;
    END IF;
    IF v_over OR v_database.quota_group IS NOT NULL THEN
        PERFORM apply_access(p_id);
    END IF;
    RETURN true;
END $$;

-- As end_sessions ends them, whatever sessions are in a database, but not those of exports, which only read.
CREATE FUNCTION end_sessions_but_exports(p_database text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_end  timestamptz := clock_timestamp() + interval '2 seconds';
    v_pids integer[];
BEGIN
    SELECT array_agg(pid) INTO v_pids
      FROM pg_stat_activity
     WHERE datname = p_database
       AND backend_type = 'client backend'
       AND usename <> current_user
       AND usesysid NOT IN (SELECT oid FROM pg_roles WHERE rolsuper)
       AND NOT EXISTS (SELECT FROM transfers WHERE login = usename AND kind = 'export');
    PERFORM pg_terminate_backend(pid) FROM unnest(v_pids) pid;
    LOOP
        PERFORM pg_stat_clear_snapshot();
        EXIT WHEN v_pids IS NULL OR clock_timestamp() > v_end
               OR NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = ANY (v_pids));
        PERFORM pg_sleep(0.005);
    END LOOP;
END $$;

-- As before, and those from before a quota took away what their logins may do, or gave it back.
CREATE OR REPLACE FUNCTION end_sessions_left(OUT tenant_id bigint, OUT username text) RETURNS SETOF record
LANGUAGE plpgsql AS $$
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
           AND (m.suspended OR d.suspended OR a.backend_start <= g.lowered_at OR a.backend_start <= d.quota_turned_at)
    LOOP
        PERFORM pg_terminate_backend(v_pid);
        RETURN NEXT;
    END LOOP;
END $$;

-- What an operator says a database may have; NULL is what the settings say, and for connections: what it has. The login that
-- was made with it may have as many as it.
CREATE FUNCTION set_limits(p_id uuid, p_size bigint, p_statement bigint, p_temp_mb integer, p_connections integer)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_physical text;
    v_login    text;
BEGIN
    UPDATE databases
       SET size_limit = p_size, statement_limit = p_statement, temp_limit_mb = p_temp_mb,
           connection_limit = coalesce(p_connections, connection_limit), updated_at = now()
     WHERE id = p_id
    RETURNING physical INTO STRICT v_physical;
    PERFORM lift_limit(v_physical, false);
    FOR v_login IN
        SELECT r.physical
          FROM grants g
          JOIN roles r ON r.id = g.role_id
          JOIN pg_roles u ON u.rolname = r.physical
         WHERE g.database_id = p_id
         ORDER BY r.physical
    LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended('role:' || v_login, 0));
        PERFORM set_temp_limit(v_physical, v_login);
    END LOOP;
    IF p_connections IS NOT NULL THEN
        FOR v_login IN
            UPDATE roles r
               SET connection_limit = p_connections, updated_at = now()
             WHERE r.database_id = p_id AND r.connection_limit <> p_connections AND r.status = 'active'
               AND EXISTS (SELECT FROM pg_roles u WHERE u.rolname = r.physical)
            RETURNING r.physical
        LOOP
            PERFORM pg_advisory_xact_lock(hashtextextended('role:' || v_login, 0));
            EXECUTE format('ALTER ROLE %I CONNECTION LIMIT %s', v_login, p_connections);
        END LOOP;
    END IF;
END $$;

-- Cancels statements of customers that run longer than they may, in milliseconds, and ends those that go on regardless. What
-- a session sets for itself has no say in it.
CREATE FUNCTION end_long_statements(p_default bigint, OUT tenant_id bigint, OUT database_id uuid, OUT username text)
RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
    v_pid  integer;
    v_long boolean;
BEGIN
    -- in a loop, because a condition beside others is looked at in any order, and this one ends statements
    FOR v_pid, v_long, tenant_id, database_id, username IN
        SELECT a.pid, a.lasts > 2 * o.may, o.tenant_id, o.id, r.username
          FROM (SELECT pid, datname, usename, extract(epoch FROM clock_timestamp() - query_start) * 1000 AS lasts
                  FROM pg_stat_activity
                 WHERE state IN ('active', 'fastpath function call') AND backend_type = 'client backend') a
          JOIN (SELECT d.id, d.tenant_id, d.physical, coalesce(d.statement_limit, p_default) AS may FROM databases d) o
            ON o.physical = a.datname AND o.may > 0
          JOIN roles r ON r.physical = a.usename
         WHERE a.lasts > o.may
    LOOP
        IF v_long THEN
            PERFORM pg_terminate_backend(v_pid);
        ELSE
            PERFORM pg_cancel_backend(v_pid);
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;

-- As before, but nothing is imported into a full database.
CREATE OR REPLACE FUNCTION ask_transfer(
    p_database uuid, p_id uuid, p_tenant bigint, p_kind text, p_source_database uuid, p_source uuid, p_most integer)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_database record;
    v_source   text;
BEGIN
    SELECT tenant_id, status, suspended, quota_group INTO v_database
      FROM databases
     WHERE id = p_database AND (p_tenant IS NULL OR tenant_id = p_tenant) AND status <> 'deleted'
       FOR SHARE;
    IF NOT FOUND THEN
        RETURN 'no-database';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('tenant:' || v_database.tenant_id, 0));
    IF EXISTS (SELECT FROM transfers WHERE database_id = p_database AND id = p_id) THEN
        RETURN 'exists';
    END IF;
    IF v_database.status = 'deleting' THEN
        RAISE check_violation USING CONSTRAINT = 'transfers_database_stays', MESSAGE = 'the database is being deleted';
    ELSIF v_database.suspended THEN
        RAISE check_violation USING CONSTRAINT = 'transfers_database_is_open', MESSAGE = 'the database is suspended';
    ELSIF p_kind = 'import' AND v_database.quota_group IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = 'transfers_database_has_room', MESSAGE = 'the database is full';
    END IF;
    IF p_kind = 'import' THEN
        SELECT status INTO v_source
          FROM transfers
         WHERE database_id = p_source_database AND id = p_source AND tenant_id = v_database.tenant_id
           AND kind = 'export' AND status <> 'deleting';
        IF NOT FOUND THEN
            RETURN 'no-export';
        ELSIF v_source <> 'done' THEN
            RAISE check_violation USING CONSTRAINT = 'transfers_export_is_done', MESSAGE = 'the export is not done';
        END IF;
    END IF;
    IF (SELECT count(*) >= p_most
          FROM transfers
         WHERE tenant_id = v_database.tenant_id
           AND (status IN ('queued', 'running') OR kind = 'export' AND status = 'done'))
    THEN
        RAISE check_violation USING CONSTRAINT = 'transfers_limit', MESSAGE = 'too many transfers';
    END IF;
    INSERT INTO transfers (database_id, id, tenant_id, kind, source_database_id, source_id)
    VALUES (p_database, p_id, v_database.tenant_id, p_kind, p_source_database, p_source);
    RETURN 'made';
END $$;

-- As before, but an import does not begin in a full database, and an export of one reads as the owners' group does: nobody
-- else has its login, and it writes nothing.
CREATE OR REPLACE FUNCTION start_transfer(
    p_database uuid, p_id uuid, p_login text, p_verifier text, p_seconds double precision, p_temp text)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_kind     text;
    v_database record;
BEGIN
    BEGIN
        UPDATE transfers SET status = 'running', login = p_login, started_at = now()
         WHERE database_id = p_database AND id = p_id AND status = 'queued'
        RETURNING kind INTO v_kind;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    EXCEPTION WHEN unique_violation THEN
        RETURN NULL;
    END;
    SELECT physical, suspended, quota_group INTO v_database
      FROM databases
     WHERE id = p_database AND status = 'active'
       FOR SHARE;
    IF v_database.physical IS NULL OR v_database.suspended THEN
        UPDATE transfers
           SET status = 'failed', login = NULL, code = 'closed', reason = 'The database is suspended, or gone.', ended_at = now()
         WHERE database_id = p_database AND id = p_id;
        RETURN NULL;
    ELSIF v_kind = 'import' AND v_database.quota_group IS NOT NULL THEN
        UPDATE transfers
           SET status = 'failed', login = NULL, code = 'full', reason = 'The database holds more than it may.', ended_at = now()
         WHERE database_id = p_database AND id = p_id;
        RETURN NULL;
    END IF;
    PERFORM make_login(p_login, 2, now() + make_interval(secs => p_seconds), p_verifier, p_temp);
    IF v_database.quota_group IS NULL THEN
        PERFORM set_privilege(v_database.physical, p_login, 'OWNER');
    ELSE
        PERFORM pg_advisory_xact_lock(hashtextextended('database:' || v_database.physical, 0));
        PERFORM pg_advisory_xact_lock(hashtextextended('role:' || p_login, 0));
        EXECUTE format('GRANT %I TO %I', v_database.physical || '_own', p_login);
        EXECUTE format('ALTER ROLE %I IN DATABASE %I SET role = %L', p_login, v_database.physical,
                       v_database.physical || '_own');
    END IF;
    RETURN v_database.physical;
END $$;

-- As before, but of a full database, whoever owns takes on the quota's group.
CREATE OR REPLACE FUNCTION restore_database(
    p_id uuid, p_name text, p_physical text, p_username text, p_login text, p_fence bigint, p_max_databases integer,
    p_max_roles integer)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_database record;
    v_login    record;
    v_physical text;
BEGIN
    SELECT o.tenant_id, o.physical, o.physical_before, o.owner_id, o.suspended, o.quota_group, d.oid INTO v_database
      FROM databases o
      LEFT JOIN pg_database d
        ON d.datname = o.physical AND pg_get_userbyid(d.datdba) = current_user AND d.datconnlimit <> -2
     WHERE o.id = p_id AND o.status = 'deleted' AND o.purge_after > clock_timestamp()
       FOR UPDATE OF o;
    IF NOT FOUND THEN
        RAISE no_data_found USING CONSTRAINT = 'databases_kept', MESSAGE = 'not kept any more';
    ELSIF v_database.oid IS NULL THEN
        RAISE check_violation USING CONSTRAINT = 'databases_on_server', MESSAGE = 'not on the server any more';
    END IF;
    v_physical := coalesce(p_physical, v_database.physical_before);
    IF EXISTS (SELECT FROM pg_database WHERE datname = v_physical)
       OR EXISTS (SELECT FROM pg_roles WHERE rolname IN (v_physical || '_own', v_physical || '_rw', v_physical || '_ro'))
    THEN
        RAISE unique_violation USING CONSTRAINT = 'databases_physical_key', MESSAGE = 'database name taken';
    END IF;

    PERFORM pg_advisory_xact_lock(hashtextextended('database:' || v_physical, 0));
    UPDATE databases
       SET status = 'active', name = coalesce(p_name, name), physical = v_physical, physical_before = NULL,
           deleted_at = NULL, purge_after = NULL, fence = greatest(fence, p_fence), updated_at = now()
     WHERE id = p_id;
    PERFORM rename_database(v_database.physical, v_physical);
    FOR v_login IN
        SELECT r.id, r.physical, n.physical AS name, n.username
          FROM roles r,
               LATERAL (SELECT CASE WHEN r.id = v_database.owner_id THEN coalesce(p_login, r.physical_before)
                                    ELSE r.physical_before END AS physical,
                               CASE WHEN r.id = v_database.owner_id THEN coalesce(p_username, r.username)
                                    ELSE r.username END AS username) n
         WHERE r.database_id = p_id AND r.status = 'deleted'
         ORDER BY n.physical
    LOOP
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = v_login.name) THEN
            RAISE unique_violation USING CONSTRAINT = 'roles_physical_key', MESSAGE = 'role name taken';
        END IF;
        UPDATE roles
           SET status = 'active', username = v_login.username, physical = v_login.name, physical_before = NULL,
               updated_at = now()
         WHERE id = v_login.id;
        PERFORM rename_role(v_login.physical, v_login.name);
        PERFORM set_login(v_login.name, NOT v_database.suspended);
    END LOOP;
    IF v_physical <> v_database.physical_before THEN -- the setting has the group's name as it was
        FOR v_login IN
            SELECT r.physical
              FROM grants g
              JOIN roles r ON r.id = g.role_id
              JOIN pg_roles u ON u.rolname = r.physical
             WHERE g.database_id = p_id AND g.privilege = 'OWNER'
             ORDER BY r.physical
        LOOP
            PERFORM pg_advisory_xact_lock(hashtextextended('role:' || v_login.physical, 0));
            EXECUTE format('ALTER ROLE %I IN DATABASE %I SET role = %L', v_login.physical, v_physical,
                           coalesce(v_database.quota_group, v_physical || '_own'));
        END LOOP;
    END IF;
    EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS true', v_physical);
    DELETE FROM tombstones WHERE tenant_id = v_database.tenant_id AND id = p_id;
    PERFORM check_limits_at_last(v_database.tenant_id, p_max_databases, p_max_roles);
END $$;
