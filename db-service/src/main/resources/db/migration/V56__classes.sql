-- Databases of other encodings, locales and templates than the usual ones: each such class has items of its own in the pool.
-- A class is what the settings say of it, encoding/locale/template; '' is the usual one.
ALTER TABLE pool      ADD COLUMN class text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE databases ADD COLUMN class text COLLATE "C" NOT NULL DEFAULT '';
DROP INDEX pool_by_age;
CREATE INDEX pool_by_age ON pool (class, created_at) WHERE state = 'ready';

-- As before, of a class.
CREATE FUNCTION claim_database(
    p_id uuid, p_tenant bigint, p_name text, p_physical text, p_limit integer,
    p_role_id uuid, p_username text, p_login text, p_verifier text, p_owner text,
    p_operation uuid, p_fence bigint, p_temp text, p_class text, OUT outcome text, OUT seen bigint)
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
         WHERE p.state = 'ready' AND p.class = p_class
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

    INSERT INTO databases (id, tenant_id, name, physical, connection_limit, made_by, fence, class)
    VALUES (p_id, p_tenant, p_name, p_physical, p_limit, p_operation, p_fence, p_class);
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

CREATE FUNCTION claim_database(
    p_id uuid, p_tenant bigint, p_name text, p_physical text, p_limit integer,
    p_role_id uuid, p_username text, p_login text, p_verifier text, p_owner text,
    p_operation uuid, p_fence bigint, p_temp text, p_max_databases integer, p_max_roles integer, p_class text,
    OUT outcome text, OUT seen bigint)
LANGUAGE plpgsql AS $$
DECLARE
    v_max_roles integer := CASE WHEN p_login IS NULL THEN 0 ELSE p_max_roles END;
BEGIN
    -- a first look, so that who has enough costs no database of the pool
    IF NOT is_known_id(p_id, p_tenant, p_fence, EXISTS (SELECT FROM databases WHERE id = p_id)) THEN
        PERFORM check_limits(p_tenant, p_max_databases, v_max_roles, 1);
    END IF;
    SELECT c.outcome, c.seen INTO outcome, seen
      FROM claim_database(p_id, p_tenant, p_name, p_physical, p_limit, p_role_id, p_username, p_login, p_verifier,
                          p_owner, p_operation, p_fence, p_temp, p_class) c;
    IF outcome = 'made' THEN
        PERFORM check_limits_at_last(p_tenant, p_max_databases, v_max_roles);
    END IF;
END $$;

-- For a replica of the version before this one, which knows the usual class only.
CREATE OR REPLACE FUNCTION claim_database(
    p_id uuid, p_tenant bigint, p_name text, p_physical text, p_limit integer,
    p_role_id uuid, p_username text, p_login text, p_verifier text, p_owner text,
    p_operation uuid, p_fence bigint, p_temp text, p_max_databases integer, p_max_roles integer,
    OUT outcome text, OUT seen bigint)
LANGUAGE sql AS $$
    SELECT c.outcome, c.seen
      FROM claim_database(p_id, p_tenant, p_name, p_physical, p_limit, p_role_id, p_username, p_login, p_verifier,
                          p_owner, p_operation, p_fence, p_temp, p_max_databases, p_max_roles, '') c
$$;
DROP FUNCTION claim_database(uuid, bigint, text, text, integer, uuid, text, text, text, text, uuid, bigint, text);
