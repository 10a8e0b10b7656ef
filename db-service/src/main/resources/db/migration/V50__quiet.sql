-- As before, with two more ways by which PostgreSQL can be told to log statements, or a share of them. Of a whole transaction
-- that is decided before its first statement, so nothing in it can say no, and the role must not be one that is asked.
CREATE OR REPLACE FUNCTION missing_rights(p_role text) RETURNS TABLE (statement text, required boolean) LANGUAGE sql STABLE AS $$
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
                        'log_min_duration_sample', 'log_error_verbosity']) parameter
     WHERE NOT has_parameter_privilege(p_role, parameter, 'SET')
    UNION ALL
    SELECT format('ALTER ROLE %I SET log_transaction_sample_rate = 0;', p_role), false
      FROM pg_roles u
     WHERE u.rolname = p_role
       AND NOT u.rolsuper
       AND NOT EXISTS (SELECT FROM pg_db_role_setting s
                        WHERE s.setrole = u.oid AND s.setdatabase = 0
                          AND 'log_transaction_sample_rate=0' = ANY (s.setconfig))
    UNION ALL
    SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC;', datname), false
      FROM pg_database
     WHERE datname IN ('postgres', 'template1', current_database()) AND has_database_privilege('public', oid, 'CONNECT')
$$;
