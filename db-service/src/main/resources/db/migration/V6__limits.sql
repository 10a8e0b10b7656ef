-- How much one tenant may have: the same functions as before, with two limits more. 0 is no limit.

-- Refuses when a tenant has more than he may, with so many that he is about to get. What is being deleted counts until it
-- is gone.
CREATE FUNCTION check_limits(p_tenant bigint, p_max_databases integer, p_max_roles integer, p_coming integer)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_max_databases > 0
       AND (SELECT count(*) FROM databases WHERE tenant_id = p_tenant) + p_coming > p_max_databases
    THEN
        RAISE check_violation USING CONSTRAINT = 'databases_limit', MESSAGE = 'too many databases';
    END IF;
    IF p_max_roles > 0
       AND (SELECT count(*) FROM roles WHERE tenant_id = p_tenant) + p_coming > p_max_roles
    THEN
        RAISE check_violation USING CONSTRAINT = 'roles_limit', MESSAGE = 'too many roles';
    END IF;
END $$;

-- The last look, with what this transaction adds. Two that looked at once would not see each other's, so the tenant's
-- others wait here until this one has ended; it is called when all else is done, to keep that short.
CREATE FUNCTION check_limits_at_last(p_tenant bigint, p_max_databases integer, p_max_roles integer)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_max_databases > 0 OR p_max_roles > 0 THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('tenant:' || p_tenant, 0));
        PERFORM check_limits(p_tenant, p_max_databases, p_max_roles, 0);
    END IF;
END $$;

-- Whether an id is in use, or was: then there is nothing to be added, and the answer has nothing to do with limits.
CREATE FUNCTION is_known_id(p_id uuid, p_tenant bigint, p_fence bigint, p_exists boolean) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT p_exists
        OR EXISTS (SELECT FROM tombstones WHERE tenant_id = p_tenant AND id = p_id AND fence >= p_fence)
$$;

CREATE FUNCTION claim_database(
    p_id uuid, p_tenant bigint, p_name text, p_physical text, p_limit integer,
    p_role_id uuid, p_username text, p_login text, p_verifier text, p_owner text,
    p_operation uuid, p_fence bigint, p_temp text, p_max_databases integer, p_max_roles integer,
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
                          p_owner, p_operation, p_fence, p_temp) c;
    IF outcome = 'made' THEN
        PERFORM check_limits_at_last(p_tenant, p_max_databases, v_max_roles);
    END IF;
END $$;

CREATE FUNCTION create_role(
    p_id uuid, p_tenant bigint, p_username text, p_login text, p_verifier text, p_limit integer,
    p_valid_until timestamptz, p_operation uuid, p_fence bigint, p_temp text, p_max_roles integer,
    OUT outcome text, OUT seen bigint)
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT is_known_id(p_id, p_tenant, p_fence, EXISTS (SELECT FROM roles WHERE id = p_id)) THEN
        PERFORM check_limits(p_tenant, 0, p_max_roles, 1);
    END IF;
    SELECT c.outcome, c.seen INTO outcome, seen
      FROM create_role(p_id, p_tenant, p_username, p_login, p_verifier, p_limit, p_valid_until, p_operation, p_fence,
                       p_temp) c;
    IF outcome = 'made' THEN
        PERFORM check_limits_at_last(p_tenant, 0, p_max_roles);
    END IF;
END $$;
