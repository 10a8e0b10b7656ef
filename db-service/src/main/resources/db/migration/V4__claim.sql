-- What the service does to the server's catalogs, in the transaction that writes our rows. Everything runs with the rights
-- of the caller. Identifiers enter SQL by %I only, and are ours: of the form that roles and databases check, or pool_….

-- A login that may do nothing yet. The name first: when it is taken, the server logs a statement without the verifier.
CREATE FUNCTION make_login(p_role text, p_limit integer, p_valid_until timestamptz, p_verifier text, p_temp text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT %s VALID UNTIL %L',
        p_role, p_limit, coalesce(p_valid_until::text, 'infinity'));
    EXECUTE format('ALTER ROLE %I PASSWORD %L', p_role, p_verifier);
    EXECUTE format('ALTER ROLE %I SET temp_file_limit = %L', p_role, p_temp);
END $$;

-- Makes one privilege the only one that a login has in a database; NULL takes all away.
-- Two sessions that change one object's grants at once would fail with "tuple concurrently updated", hence the locks.
CREATE FUNCTION set_privilege(p_database text, p_role text, p_privilege text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_group text := CASE p_privilege
                    WHEN 'OWNER' THEN p_database || '_own'
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
           AND g.rolname IN (p_database || '_own', p_database || '_rw', p_database || '_ro')
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
END $$;

-- Whether the caller's transaction may give the id: 'free', 'exists', or 'deleted' with the fence that deleted it.
-- Creates and deletes of one id queue here, so that none slips in between another's look and its write.
CREATE FUNCTION enter_id(p_id uuid, p_tenant bigint, p_fence bigint, p_exists boolean, OUT outcome text, OUT seen bigint)
LANGUAGE plpgsql AS $$
BEGIN
    IF p_exists THEN
        outcome := 'exists';
        RETURN;
    END IF;
    SELECT fence INTO seen FROM tombstones WHERE tenant_id = p_tenant AND id = p_id;
    IF seen >= p_fence THEN
        outcome := 'deleted';
        RETURN;
    END IF;
    DELETE FROM tombstones WHERE tenant_id = p_tenant AND id = p_id;
    outcome := 'free';
END $$;

-- Gives a ready database to a tenant: renames it and its groups, makes the login or takes the owner given, opens it.
-- Answers 'made', 'exists', 'deleted' (with the fence), or 'empty' when no database is ready. Everything else is an error,
-- and the transaction takes all of it back, the item of the pool too.
CREATE FUNCTION claim_database(
    p_id uuid, p_tenant bigint, p_name text, p_physical text, p_limit integer,
    p_role_id uuid, p_username text, p_login text, p_verifier text, p_owner text,
    p_operation uuid, p_fence bigint, p_temp text, OUT outcome text, OUT seen bigint)
LANGUAGE plpgsql AS $$
DECLARE
    v_item  record;
    v_owner record;
    v_group text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('id:' || p_id, 0));
    SELECT e.outcome, e.seen INTO outcome, seen
      FROM enter_id(p_id, p_tenant, p_fence, EXISTS (SELECT FROM databases WHERE id = p_id)) e;
    IF outcome <> 'free' THEN
        RETURN;
    END IF;

    -- A name that is taken should not cost a database of the pool; the constraints below decide when two ask at once.
    IF EXISTS (SELECT FROM pg_database WHERE datname = p_physical)
       OR EXISTS (SELECT FROM pg_roles WHERE rolname IN (p_physical || '_own', p_physical || '_rw', p_physical || '_ro'))
    THEN
        RAISE unique_violation USING CONSTRAINT = 'databases_physical_key', MESSAGE = 'database name taken';
    END IF;
    IF p_login IS NOT NULL AND (EXISTS (SELECT FROM pg_roles WHERE rolname = p_login)
        OR p_login IN (p_physical || '_own', p_physical || '_rw', p_physical || '_ro'))
    THEN
        RAISE unique_violation USING CONSTRAINT = 'roles_physical_key', MESSAGE = 'role name taken';
    END IF;

    -- One that a process is in (autovacuum, the maker's connection on its way out) comes last: the rename would wait for it.
    LOOP
        SELECT p.prefix, p.dboid INTO v_item
          FROM pool p
         WHERE p.state = 'ready'
         ORDER BY p.dboid IN (SELECT a.datid FROM pg_stat_activity a WHERE a.datid IS NOT NULL), p.created_at
         LIMIT 1
           FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            outcome := 'empty';
            RETURN;
        END IF;
        EXIT WHEN EXISTS (SELECT FROM pg_database WHERE oid = v_item.dboid AND datname = v_item.prefix AND datconnlimit <> -2)
              AND (SELECT count(*) = 3 FROM pg_roles
                    WHERE rolname IN (v_item.prefix || '_own', v_item.prefix || '_rw', v_item.prefix || '_ro'));
        UPDATE pool SET state = 'dead' WHERE prefix = v_item.prefix; -- somebody was at it; the reconciler takes it away
    END LOOP;

    INSERT INTO databases (id, tenant_id, name, physical, connection_limit, made_by, fence)
    VALUES (p_id, p_tenant, p_name, p_physical, p_limit, p_operation, p_fence);
    EXECUTE format('ALTER DATABASE %I RENAME TO %I', v_item.prefix, p_physical);
    FOREACH v_group IN ARRAY ARRAY['_own', '_rw', '_ro'] LOOP
        EXECUTE format('ALTER ROLE %I RENAME TO %I', v_item.prefix || v_group, p_physical || v_group);
    END LOOP;

    IF p_login IS NOT NULL THEN
        INSERT INTO roles (id, tenant_id, username, physical, verifier, connection_limit, database_id, made_by, fence)
        VALUES (p_role_id, p_tenant, p_username, p_login, p_verifier, p_limit, p_id, p_operation, p_fence)
        RETURNING id, physical INTO v_owner;
        PERFORM make_login(p_login, p_limit, NULL, p_verifier, p_temp);
    ELSIF p_owner IS NOT NULL THEN
        SELECT id, physical INTO v_owner
          FROM roles
         WHERE tenant_id = p_tenant AND username = p_owner AND status = 'active'
           FOR SHARE;
        IF NOT FOUND THEN
            RAISE no_data_found USING CONSTRAINT = 'databases_owner_fkey', MESSAGE = 'no such owner';
        END IF;
    END IF;
    IF v_owner IS NOT NULL THEN
        UPDATE databases SET owner_id = v_owner.id WHERE id = p_id;
        INSERT INTO grants (tenant_id, database_id, role_id, privilege) VALUES (p_tenant, p_id, v_owner.id, 'OWNER');
        PERFORM set_privilege(p_physical, v_owner.physical, 'OWNER');
    END IF;

    EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS true CONNECTION LIMIT %s', p_physical, p_limit);
    DELETE FROM pool WHERE prefix = v_item.prefix;
    outcome := 'made';
END $$;

-- A login on its own. Answers 'made', 'exists', or 'deleted' (with the fence).
CREATE FUNCTION create_role(
    p_id uuid, p_tenant bigint, p_username text, p_login text, p_verifier text, p_limit integer,
    p_valid_until timestamptz, p_operation uuid, p_fence bigint, p_temp text, OUT outcome text, OUT seen bigint)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('id:' || p_id, 0));
    SELECT e.outcome, e.seen INTO outcome, seen
      FROM enter_id(p_id, p_tenant, p_fence, EXISTS (SELECT FROM roles WHERE id = p_id)) e;
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

-- Another password for a login; sessions that are open stay open.
CREATE FUNCTION set_password(p_role text, p_verifier text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('role:' || p_role, 0));
    EXECUTE format('ALTER ROLE %I PASSWORD %L', p_role, p_verifier);
END $$;

-- Lets a login in, or not; a login that is gone is let be.
CREATE FUNCTION set_login(p_role text, p_allowed boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('role:' || p_role, 0));
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = p_role AND rolcanlogin <> p_allowed) THEN
        EXECUTE format('ALTER ROLE %I %s', p_role, CASE WHEN p_allowed THEN 'LOGIN' ELSE 'NOLOGIN' END);
    END IF;
END $$;

-- Shuts the customer out of a database, or lets him in again: his groups, those who only connect, and the logins made
-- with it. The service still gets in, to take a role's things away.
CREATE FUNCTION set_suspended(p_id uuid, p_suspended boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_database text;
    v_role     text;
BEGIN
    UPDATE databases SET suspended = p_suspended, updated_at = now()
     WHERE id = p_id AND suspended <> p_suspended;
    SELECT physical INTO STRICT v_database FROM databases WHERE id = p_id;
    PERFORM pg_advisory_xact_lock(hashtextextended('database:' || v_database, 0));
    FOR v_role IN
        SELECT v_database || suffix FROM unnest(ARRAY['_own', '_rw', '_ro']) suffix
        UNION ALL
        SELECT r.physical FROM grants g JOIN roles r ON r.id = g.role_id
         WHERE g.database_id = p_id AND g.privilege = 'CONNECT'
    LOOP
        IF p_suspended THEN
            EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM %I', v_database, v_role);
        ELSE
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', v_database, v_role);
        END IF;
    END LOOP;
    PERFORM set_login(r.physical, NOT p_suspended) FROM roles r WHERE r.database_id = p_id AND r.status = 'active';
END $$;

-- Ends the sessions that a login, or (NULL) anybody, has in a database, or (NULL) in any, waiting a second for each.
CREATE FUNCTION end_sessions(p_database text, p_role text, p_before timestamptz) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(pg_terminate_backend(pid, 1000))
      FROM pg_stat_activity
     WHERE backend_type = 'client backend'
       AND pid <> pg_backend_pid()
       AND usename <> current_user
       AND usesysid NOT IN (SELECT oid FROM pg_roles WHERE rolsuper) -- not ours to end, such as a backup
       AND (p_database IS NULL OR datname = p_database)
       AND (p_role IS NULL OR usename = p_role)
       AND (p_database IS NOT NULL OR p_role IS NOT NULL)
       AND (p_before IS NULL OR backend_start <= p_before)
$$;

-- The last step of taking a role away, in the service's own database: what it was given on shared objects, then the role.
CREATE FUNCTION drop_role(p_role text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('role:' || p_role, 0));
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = p_role) THEN
        EXECUTE format('GRANT %I TO CURRENT_USER', p_role);
        EXECUTE format('DROP OWNED BY %I', p_role);
        EXECUTE format('DROP ROLE %I', p_role);
    END IF;
END $$;

-- What a role lacks to run this service, as the SQL that a superuser runs to mend it.
CREATE FUNCTION missing_rights(p_role text) RETURNS TABLE (statement text, required boolean) LANGUAGE sql STABLE AS $$
    SELECT format('ALTER ROLE %I CREATEDB;', p_role), true
      FROM pg_roles WHERE rolname = p_role AND NOT rolcreatedb
    UNION ALL
    SELECT format('ALTER ROLE %I CREATEROLE;', p_role), true
      FROM pg_roles WHERE rolname = p_role AND NOT rolcreaterole
    UNION ALL
    SELECT format('ALTER ROLE %I NOSUPERUSER;', p_role), true
      FROM pg_roles WHERE rolname = p_role AND rolsuper
    UNION ALL
    SELECT format('ALTER ROLE %I NOBYPASSRLS;', p_role), true
      FROM pg_roles WHERE rolname = p_role AND rolbypassrls AND NOT rolsuper
    UNION ALL
    SELECT format('GRANT %I TO %I;', needed, p_role), true
      FROM unnest(ARRAY['pg_signal_backend', 'pg_read_all_stats']) needed
     WHERE NOT pg_has_role(p_role, needed, 'USAGE')
    UNION ALL
    SELECT format('GRANT SET ON PARAMETER %I TO %I;', parameter, p_role), parameter = 'temp_file_limit'
      FROM unnest(ARRAY['temp_file_limit', 'log_statement', 'log_min_error_statement', 'log_min_duration_statement',
                        'log_error_verbosity']) parameter
     WHERE NOT has_parameter_privilege(p_role, parameter, 'SET')
    UNION ALL
    SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC;', datname), false
      FROM pg_database
     WHERE datname IN ('postgres', 'template1', current_database()) AND has_database_privilege('public', oid, 'CONNECT')
$$;

-- The customers' databases in which a role owns something or was given something, as the server itself keeps book.
CREATE FUNCTION where_a_role_is(p_role text) RETURNS TABLE (physical text) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT o.physical
      FROM pg_shdepend s
      JOIN pg_database d ON d.oid = s.dbid
      JOIN databases o ON o.physical = d.datname AND pg_get_userbyid(d.datdba) = current_user
      JOIN pg_roles r ON r.oid = s.refobjid
     WHERE s.refclassid = 'pg_authid'::regclass
       AND r.rolname = p_role
       AND o.physical || '_own' <> p_role
       AND d.datconnlimit <> -2
     ORDER BY 1
$$;

-- A database may be full of its customer's sessions, and its limit binds the service too: lifted for a visit, then as it was.
CREATE FUNCTION lift_limit(p_database text, p_lifted boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_limit integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('database:' || p_database, 0));
    SELECT CASE WHEN p_lifted THEN -1 ELSE o.connection_limit END INTO v_limit
      FROM databases o
      JOIN pg_database d ON d.datname = o.physical AND pg_get_userbyid(d.datdba) = current_user
     WHERE o.physical = p_database AND d.datconnlimit <> -2;
    IF FOUND THEN
        EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT %s', p_database, v_limit);
    END IF;
END $$;

-- Closes a database that is going to be dropped, and its logins. One whose drop was interrupted cannot be altered any more.
CREATE FUNCTION close_database(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_database text;
BEGIN
    PERFORM set_login(r.physical, false) FROM roles r WHERE r.database_id = p_id;
    SELECT d.datname INTO v_database
      FROM databases o
      JOIN pg_database d ON d.datname = o.physical AND pg_get_userbyid(d.datdba) = current_user
     WHERE o.id = p_id AND d.datallowconn AND d.datconnlimit <> -2;
    IF FOUND THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('database:' || v_database, 0));
        EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS false', v_database);
    END IF;
END $$;
