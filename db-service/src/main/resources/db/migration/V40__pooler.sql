-- Whom PgBouncer lets in (deploy/pgbouncer): it asks here at every login, with the rights of a role that sees nothing else.
CREATE SCHEMA pooler;

-- The verifier of a login that could log in to the server itself, and no row for anybody else: who is not in our books is
-- none of our customers, whatever he may do. "app.tenant" is for row-level security, which binds the owner too.
CREATE FUNCTION pooler.login(p_username text) RETURNS TABLE (username text, verifier text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('app.tenant', '*', true);
    RETURN QUERY
    SELECT r.physical, r.verifier
      FROM public.roles r
      JOIN pg_roles u ON u.rolname = r.physical
     WHERE r.physical = p_username
       AND r.status = 'active'
       AND u.rolcanlogin -- a suspended or retired one may not
       AND (u.rolvaliduntil IS NULL OR u.rolvaliduntil > clock_timestamp())
       AND NOT (u.rolsuper OR u.rolcreaterole OR u.rolcreatedb OR u.rolreplication OR u.rolbypassrls);
    PERFORM set_config('app.tenant', '', true);
END $$;
REVOKE ALL ON FUNCTION pooler.login(text) FROM PUBLIC;

-- For whoever is given it (deploy/pgbouncer/grants.sql, when the role comes later than this).
CREATE PROCEDURE pooler.admit(role text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA pooler TO %I', role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION pooler.login(text) TO %I', role);
END
$$;
REVOKE ALL ON PROCEDURE pooler.admit(text) FROM PUBLIC;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hostwright_pgbouncer') THEN
        CALL pooler.admit('hostwright_pgbouncer');
    END IF;
END
$$;
