-- A database that its customer deletes is kept for a while: under another name on the server ("physical"), closed, and with
-- the logins that were made with it, whose names are free again too. "physical_before" is what it was called, and is called
-- when it is restored. While it is on its way there it is 'deleting' with a time in "purge_after"; without one, it is on its
-- way out for good. What is kept is restored until "purge_after", and never after it: so restoring and purging do not meet.
ALTER TABLE databases
    ADD COLUMN physical_before text COLLATE "C",
    ADD COLUMN deleted_at      timestamptz,
    ADD COLUMN purge_after     timestamptz,
    DROP CONSTRAINT databases_status_known,
    DROP CONSTRAINT databases_name_key,
    ADD CONSTRAINT databases_status_known CHECK (status IN ('active', 'deleting', 'deleted')),
    ADD CONSTRAINT databases_kept_is_whole CHECK (
        (status = 'deleted') = (physical_before IS NOT NULL AND deleted_at IS NOT NULL)
        AND (status <> 'deleted' OR purge_after IS NOT NULL)
        AND (status <> 'active' OR purge_after IS NULL));
CREATE UNIQUE INDEX databases_name_key ON databases (tenant_id, name) WHERE status <> 'deleted';
CREATE INDEX databases_by_tenant ON databases (tenant_id, name);
CREATE INDEX databases_by_end ON databases (purge_after) WHERE status = 'deleted';

ALTER TABLE roles
    ADD COLUMN physical_before text COLLATE "C",
    DROP CONSTRAINT roles_status_known,
    DROP CONSTRAINT roles_username_key,
    ADD CONSTRAINT roles_status_known CHECK (status IN ('active', 'deleting', 'deleted')),
    ADD CONSTRAINT roles_kept_is_whole CHECK (status <> 'deleted' OR physical_before IS NOT NULL);
CREATE UNIQUE INDEX roles_username_key ON roles (tenant_id, username) WHERE status <> 'deleted';
CREATE INDEX roles_by_tenant ON roles (tenant_id, username);

-- A newer operation may use a deleted id again: then what is kept gets another.
ALTER TABLE grants
    DROP CONSTRAINT grants_database_fkey,
    ADD CONSTRAINT grants_database_fkey
        FOREIGN KEY (database_id) REFERENCES databases (id) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE roles
    DROP CONSTRAINT roles_database_fkey,
    ADD CONSTRAINT roles_database_fkey
        FOREIGN KEY (database_id) REFERENCES databases (id) ON DELETE SET NULL ON UPDATE CASCADE;

-- As before, for a database, but what is kept is in nobody's way: the id is free to whom its tombstone lets pass.
CREATE OR REPLACE FUNCTION enter_id(
    p_id uuid, p_tenant bigint, p_fence bigint, p_exists boolean, OUT outcome text, OUT seen bigint)
LANGUAGE plpgsql AS $$
DECLARE
    v_kept boolean := p_exists AND EXISTS (SELECT FROM databases WHERE id = p_id AND status = 'deleted');
BEGIN
    IF p_exists AND NOT v_kept THEN
        outcome := 'exists';
        RETURN;
    END IF;
    SELECT fence INTO seen FROM tombstones WHERE tenant_id = p_tenant AND id = p_id;
    IF seen >= p_fence THEN
        outcome := 'deleted';
        RETURN;
    END IF;
    DELETE FROM tombstones WHERE tenant_id = p_tenant AND id = p_id;
    IF v_kept THEN
        UPDATE databases SET id = gen_random_uuid() WHERE id = p_id;
    END IF;
    outcome := 'free';
END $$;

-- The same for a login. One that is kept with its database has its id for as long.
CREATE FUNCTION enter_role_id(p_id uuid, p_tenant bigint, p_fence bigint, OUT outcome text, OUT seen bigint)
LANGUAGE plpgsql AS $$
BEGIN
    SELECT CASE status WHEN 'deleted' THEN 'deleted' ELSE 'exists' END INTO outcome FROM roles WHERE id = p_id;
    SELECT fence INTO seen FROM tombstones WHERE tenant_id = p_tenant AND id = p_id;
    IF outcome IS NULL AND seen >= p_fence THEN
        outcome := 'deleted';
    ELSIF outcome IS NULL THEN
        DELETE FROM tombstones WHERE tenant_id = p_tenant AND id = p_id;
        outcome := 'free';
    END IF;
    seen := coalesce(seen, p_fence);
END $$;

CREATE OR REPLACE FUNCTION create_role(
    p_id uuid, p_tenant bigint, p_username text, p_login text, p_verifier text, p_limit integer,
    p_valid_until timestamptz, p_operation uuid, p_fence bigint, p_temp text, OUT outcome text, OUT seen bigint)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('id:' || p_id, 0));
    SELECT e.outcome, e.seen INTO outcome, seen FROM enter_role_id(p_id, p_tenant, p_fence) e;
    IF outcome <> 'free' THEN
        RETURN;
    END IF;
    IF p_valid_until <= now() THEN
        RAISE check_violation USING CONSTRAINT = 'roles_valid_until_ahead', MESSAGE = 'valid until a time that is past';
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = p_login) THEN
        RAISE unique_violation USING CONSTRAINT = 'roles_physical_key', MESSAGE = 'role name taken';
    END IF;
    INSERT INTO roles (id, tenant_id, username, physical, verifier, connection_limit, valid_until, made_by, fence)
    VALUES (p_id, p_tenant, p_username, p_login, p_verifier, p_limit, p_valid_until, p_operation, p_fence);
    PERFORM make_login(p_login, p_limit, p_valid_until, p_verifier, p_temp);
    outcome := 'made';
END $$;

-- As before, but what is kept does not count; keep_database sees to it that it is not too much.
CREATE OR REPLACE FUNCTION check_limits(
    p_tenant bigint, p_max_databases integer, p_max_roles integer, p_coming integer)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_max_databases > 0
       AND (SELECT count(*) FROM databases WHERE tenant_id = p_tenant AND status <> 'deleted') + p_coming > p_max_databases
    THEN
        RAISE check_violation USING CONSTRAINT = 'databases_limit', MESSAGE = 'too many databases';
    END IF;
    IF p_max_roles > 0
       AND (SELECT count(*) FROM roles WHERE tenant_id = p_tenant AND status <> 'deleted') + p_coming > p_max_roles
    THEN
        RAISE check_violation USING CONSTRAINT = 'roles_limit', MESSAGE = 'too many roles';
    END IF;
END $$;

-- As before, but nobody gets into what is kept: a role that has something there loses its name, and goes with it or later.
CREATE OR REPLACE FUNCTION where_a_role_is(p_role text) RETURNS TABLE (physical text) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT o.physical
      FROM pg_shdepend s
      JOIN pg_database d ON d.oid = s.dbid
      JOIN databases o ON o.physical = d.datname AND o.status <> 'deleted' AND pg_get_userbyid(d.datdba) = current_user
      JOIN pg_roles r ON r.oid = s.refobjid
     WHERE s.refclassid = 'pg_authid'::regclass
       AND r.rolname = p_role
       AND o.physical || '_own' <> p_role
       AND d.datconnlimit <> -2
     ORDER BY 1
$$;

-- Another name for a database that nobody is in, and for its groups.
CREATE FUNCTION rename_database(p_from text, p_to text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_group text;
BEGIN
    EXECUTE format('ALTER DATABASE %I RENAME TO %I', p_from, p_to);
    FOREACH v_group IN ARRAY ARRAY['_own', '_rw', '_ro'] LOOP
        PERFORM rename_role(p_from || v_group, p_to || v_group);
    END LOOP;
END $$;

-- Another name for a role; one that somebody took away is let be.
CREATE FUNCTION rename_role(p_from text, p_to text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('role:' || p_from, 0));
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = p_from) THEN
        EXECUTE format('ALTER ROLE %I RENAME TO %I', p_from, p_to);
    END IF;
END $$;

-- The last step of a deletion that may be taken back, when all sessions have ended: the names are given up. What the groups
-- and logins may do is theirs under any name, and stays. False when there is nothing to be kept any more.
-- A tenant has as many kept ones as he may have databases, 0 is no limit; the oldest beyond that is not kept any longer.
CREATE FUNCTION keep_database(p_id uuid, p_max integer, OUT kept boolean, OUT pushed_out uuid) LANGUAGE plpgsql AS $$
DECLARE
    v_name     text := 'zz_' || replace(gen_random_uuid()::text, '-', '');
    v_database record;
    v_login    record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('id:' || p_id, 0));
    SELECT o.tenant_id, o.physical, o.fence, d.oid INTO v_database
      FROM databases o
      LEFT JOIN pg_database d
        ON d.datname = o.physical AND pg_get_userbyid(d.datdba) = current_user AND d.datconnlimit <> -2
     WHERE o.id = p_id AND o.status = 'deleting' AND o.purge_after IS NOT NULL
       FOR UPDATE OF o;
    kept := FOUND AND v_database.oid IS NOT NULL;
    IF NOT kept THEN
        UPDATE databases SET purge_after = NULL WHERE id = p_id AND status = 'deleting';
        RETURN;
    END IF;

    PERFORM pg_advisory_xact_lock(hashtextextended('database:' || v_database.physical, 0));
    PERFORM rename_database(v_database.physical, v_name);
    UPDATE databases
       SET status = 'deleted', physical = v_name, physical_before = v_database.physical, deleted_at = now(),
           tried_at = NULL, updated_at = now()
     WHERE id = p_id;
    FOR v_login IN
        SELECT id, physical, 'zz_' || replace(gen_random_uuid()::text, '-', '') AS name
          FROM roles
         WHERE database_id = p_id AND status = 'active'
         ORDER BY physical
    LOOP
        PERFORM rename_role(v_login.physical, v_login.name);
        UPDATE roles
           SET status = 'deleted', physical = v_login.name, physical_before = v_login.physical, updated_at = now()
         WHERE id = v_login.id;
    END LOOP;
    INSERT INTO tombstones (tenant_id, id, fence)
    VALUES (v_database.tenant_id, p_id, v_database.fence)
        ON CONFLICT ON CONSTRAINT tombstones_pkey
        DO UPDATE SET fence = greatest(tombstones.fence, excluded.fence), deleted_at = now();

    IF p_max > 0 THEN
        UPDATE databases
           SET purge_after = now(), tried_at = now()
         WHERE id = (SELECT id FROM databases
                      WHERE tenant_id = v_database.tenant_id AND status = 'deleted' AND purge_after > now()
                      ORDER BY deleted_at DESC, id
                     OFFSET p_max
                      LIMIT 1)
        RETURNING id INTO pushed_out;
    END IF;
END $$;

-- Takes a deletion back: the names as they were, or others, and whoever could get in can again. Refuses by the constraints
-- that two databases, or logins, of one name would break.
CREATE FUNCTION restore_database(
    p_id uuid, p_name text, p_physical text, p_username text, p_login text, p_fence bigint, p_max_databases integer,
    p_max_roles integer)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_database record;
    v_login    record;
    v_physical text;
BEGIN
    SELECT o.tenant_id, o.physical, o.physical_before, o.owner_id, o.suspended, d.oid INTO v_database
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
            EXECUTE format('ALTER ROLE %I IN DATABASE %I SET role = %L', v_login.physical, v_physical, v_physical || '_own');
        END LOOP;
    END IF;
    EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS true', v_physical);
    DELETE FROM tombstones WHERE tenant_id = v_database.tenant_id AND id = p_id;
    PERFORM check_limits_at_last(v_database.tenant_id, p_max_databases, p_max_roles);
END $$;
