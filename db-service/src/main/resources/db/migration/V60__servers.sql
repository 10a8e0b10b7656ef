-- Several servers: how many databases this one may hold, and, on the home server, which tenant is on which.

-- A tenant is on one server, because his logins are shared by his databases. Used on the home server only.
CREATE TABLE placements (
    tenant_id bigint      NOT NULL,
    server    text        NOT NULL,
    placed_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT placements_pkey PRIMARY KEY (tenant_id),
    CONSTRAINT placements_tenant_positive CHECK (tenant_id > 0)
);
ALTER TABLE placements ENABLE ROW LEVEL SECURITY;
ALTER TABLE placements FORCE ROW LEVEL SECURITY;
CREATE POLICY placements_tenant ON placements
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, UPDATE, DELETE ON placements TO ${service};

-- All databases of customers, those that are deleted and kept too: they take as much of the server. "app.tenant" is for
-- row-level security, and is then as it was.
CREATE FUNCTION databases_here() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_tenant text := coalesce(current_setting('app.tenant', true), '');
    v_count  bigint;
BEGIN
    PERFORM set_config('app.tenant', '*', true);
    SELECT count(*) INTO v_count FROM databases;
    PERFORM set_config('app.tenant', v_tenant, true);
    RETURN v_count;
END $$;

-- Refuses when there are more than the server may hold, with so many that are coming. NULL is no limit.
CREATE FUNCTION check_capacity(p_capacity integer, p_coming integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_capacity IS NOT NULL AND databases_here() + p_coming > p_capacity THEN
        RAISE check_violation USING CONSTRAINT = 'databases_capacity', MESSAGE = 'the server is full';
    END IF;
END $$;

-- As before, on a server that may hold so many. The last look is one at a time, and when all else is done, to keep that short.
CREATE FUNCTION claim_database(
    p_id uuid, p_tenant bigint, p_name text, p_physical text, p_limit integer,
    p_role_id uuid, p_username text, p_login text, p_verifier text, p_owner text,
    p_operation uuid, p_fence bigint, p_temp text, p_max_databases integer, p_max_roles integer, p_capacity integer,
    p_class text, OUT outcome text, OUT seen bigint)
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT is_known_id(p_id, p_tenant, p_fence, EXISTS (SELECT FROM databases WHERE id = p_id)) THEN
        PERFORM check_capacity(p_capacity, 1);
    END IF;
    SELECT c.outcome, c.seen INTO outcome, seen
      FROM claim_database(p_id, p_tenant, p_name, p_physical, p_limit, p_role_id, p_username, p_login, p_verifier,
                          p_owner, p_operation, p_fence, p_temp, p_max_databases, p_max_roles, p_class) c;
    IF outcome = 'made' AND p_capacity IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('capacity', 0));
        PERFORM check_capacity(p_capacity, 0);
    END IF;
END $$;
