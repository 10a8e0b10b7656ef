package dev.hostwright.db.isolation;

import java.util.List;

/**
 * Something that a customer tries by SQL, and the SQLSTATE that he gets for it: the same on every version of
 * PostgreSQL. In it, {@code {me}} is the login that tries, {@code {own}} the database that it is in, {@code {victim}}
 * another tenant's database and its login.
 *
 * @param owner what a login gets that owns what is in the database
 * @param others what all others get
 */
record Probe(String sql, String owner, String others) {

    static final String ALLOWED = "00000";
    static final String REFUSED = "42501";

    private static Probe refused(String sql) {
        return new Probe(sql, REFUSED, REFUSED);
    }

    private static Probe allowed(String sql) {
        return new Probe(sql, ALLOWED, ALLOWED);
    }

    private static Probe owners(String sql) {
        return new Probe(sql, ALLOWED, REFUSED);
    }

    @Override
    public String toString() {
        return sql;
    }

    static final List<Probe> AGAINST_ANOTHER_TENANT = List.of(
            refused("ALTER ROLE {victim} PASSWORD 'x'"),
            refused("ALTER ROLE {victim} SET work_mem = '1MB'"),
            refused("ALTER ROLE {victim} IN DATABASE {victim} SET role = 'none'"),
            refused("ALTER ROLE {victim} RENAME TO {me}_too"),
            refused("ALTER ROLE {victim} NOLOGIN"),
            refused("ALTER ROLE {victim} CONNECTION LIMIT 0"),
            refused("DROP ROLE {victim}"),
            refused("COMMENT ON ROLE {victim} IS 'x'"),
            refused("SET ROLE {victim}"),
            refused("SET ROLE {victim}_own"),
            refused("SET ROLE {victim}_rw"),
            refused("SET ROLE {victim}_ro"),
            refused("SET SESSION AUTHORIZATION {victim}"),
            refused("GRANT {victim} TO {me}"),
            refused("GRANT {victim}_own TO {me}"),
            refused("GRANT {victim}_ro TO {me}"),
            refused("REVOKE {victim}_own FROM {victim}"),
            refused("GRANT {me} TO {victim}"),
            refused("GRANT {own}_own TO {victim}"),
            refused("GRANT {own}_ro TO {victim}"),
            refused("REASSIGN OWNED BY {victim} TO {me}"),
            refused("REASSIGN OWNED BY {victim}_own TO {own}_own"),
            refused("REASSIGN OWNED BY {own}_own TO {victim}"),
            refused("DROP OWNED BY {victim}"),
            refused("DROP OWNED BY {victim}_own"),
            refused("ALTER DEFAULT PRIVILEGES FOR ROLE {victim} GRANT SELECT ON TABLES TO {me}"),
            refused("ALTER DEFAULT PRIVILEGES FOR ROLE {victim}_own GRANT SELECT ON TABLES TO {me}"),
            refused("DROP DATABASE {victim}"),
            refused("DROP DATABASE {victim} WITH (FORCE)"),
            refused("ALTER DATABASE {victim} RENAME TO {me}_too"),
            refused("ALTER DATABASE {victim} OWNER TO {me}"),
            refused("ALTER DATABASE {victim} CONNECTION LIMIT 0"),
            refused("ALTER DATABASE {victim} SET search_path = x"),
            refused("COMMENT ON DATABASE {victim} IS 'x'"),
            refused("CREATE DATABASE {me}_too TEMPLATE {victim}"),
            refused("GRANT CONNECT ON DATABASE {victim} TO {me}"),
            refused("GRANT CONNECT ON DATABASE {victim} TO PUBLIC"),
            refused("REVOKE CONNECT ON DATABASE {victim} FROM {victim}_own"),
            refused("SELECT pg_database_size('{victim}')"),
            refused("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{victim}'"),
            refused("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = '{victim}'"),
            refused("SELECT pg_log_backend_memory_contexts(pid) FROM pg_stat_activity WHERE usename = '{victim}'"));

    static final List<Probe> AGAINST_THE_SERVICE = List.of(
            refused("SET ROLE hostwright_db"),
            refused("SET ROLE hostwright_db_owner"),
            refused("SET SESSION AUTHORIZATION hostwright_db"),
            refused("ALTER ROLE hostwright_db PASSWORD 'x'"),
            refused("ALTER ROLE hostwright_db SET search_path = public, pg_catalog"),
            refused("GRANT hostwright_db TO {me}"),
            refused("GRANT {me} TO hostwright_db"),
            refused("ALTER DATABASE hostwright_db SET search_path = x"),
            refused("GRANT CONNECT ON DATABASE hostwright_db TO {me}"),
            refused("GRANT CONNECT ON DATABASE postgres TO PUBLIC"),
            refused("GRANT CONNECT ON DATABASE template1 TO PUBLIC"),
            refused("SELECT pg_database_size('hostwright_db')"),
            refused("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'hostwright_db'"),
            refused("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'hostwright_db'"));

    static final List<Probe> AGAINST_THE_SERVER = List.of(
            refused("CREATE DATABASE {me}_too"),
            refused("CREATE ROLE {me}_too"),
            refused("CREATE TABLESPACE {me}_too LOCATION '/tmp'"),
            refused("ALTER ROLE ALL SET work_mem = '1MB'"),
            refused("SET ROLE postgres"),
            refused("SET ROLE pg_read_all_data"),
            refused("GRANT pg_read_all_data TO {me}"),
            refused("GRANT pg_read_server_files TO {me}"),
            refused("SELECT rolpassword FROM pg_authid"),
            refused("SELECT * FROM pg_shadow"),
            refused("UPDATE pg_authid SET rolsuper = true"),
            refused("UPDATE pg_database SET datallowconn = true"),
            refused("DELETE FROM pg_auth_members"),
            refused("DO 'BEGIN LOCK TABLE pg_database IN ACCESS EXCLUSIVE MODE; END'"),
            refused("DO 'BEGIN LOCK TABLE pg_authid IN ACCESS SHARE MODE; END'"),
            refused("REINDEX TABLE pg_database"),
            refused("TRUNCATE pg_shdescription"),
            refused("CREATE TABLE pg_catalog.more (n int)"),
            refused("CREATE FUNCTION pg_catalog.more() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
            refused("ALTER FUNCTION pg_catalog.lower(text) RENAME TO lowest"),
            refused("DROP SCHEMA pg_catalog CASCADE"),
            refused("DROP EXTENSION plpgsql"),
            refused("SELECT * FROM pg_statistic"),
            refused("SELECT * FROM pg_largeobject"),
            refused("SELECT subconninfo FROM pg_subscription"),
            refused("SELECT * FROM pg_user_mapping"),
            refused("SELECT * FROM pg_hba_file_rules"),
            refused("SELECT * FROM pg_ident_file_mappings"),
            refused("SELECT * FROM pg_file_settings"),
            refused("SELECT * FROM pg_config"),
            refused("SELECT * FROM pg_shmem_allocations"),
            refused("SELECT * FROM pg_backend_memory_contexts"),
            refused("SHOW data_directory"),
            refused("SHOW hba_file"),
            refused("SHOW config_file"),
            refused("COPY (SELECT 1) TO PROGRAM 'true'"),
            refused("COPY (SELECT 1) TO '/tmp/hostwright-probe'"),
            refused("COPY public.kept FROM PROGRAM 'true'"),
            refused("COPY public.kept FROM '/etc/passwd'"),
            refused("SELECT pg_read_file('PG_VERSION')"),
            refused("SELECT pg_read_binary_file('PG_VERSION')"),
            refused("SELECT pg_stat_file('PG_VERSION')"),
            refused("SELECT pg_ls_dir('.')"),
            refused("SELECT pg_ls_logdir()"),
            refused("SELECT pg_ls_waldir()"),
            refused("SELECT pg_ls_tmpdir()"),
            refused("SELECT pg_current_logfile()"),
            refused("SELECT lo_import('/etc/passwd')"),
            refused("SELECT lo_export(1, '/tmp/hostwright-probe')"),
            refused("CREATE FUNCTION public.more() RETURNS int LANGUAGE c AS 'x', 'y'"),
            refused("CREATE FUNCTION public.more() RETURNS int LANGUAGE internal AS 'now'"),
            refused("CREATE LANGUAGE more HANDLER plpgsql_call_handler"),
            refused("CREATE EXTENSION plpython3u"),
            refused("CREATE EXTENSION plperlu"),
            refused("CREATE EXTENSION dblink SCHEMA public"),
            refused("CREATE EXTENSION postgres_fdw SCHEMA public"),
            refused("CREATE EXTENSION file_fdw SCHEMA public"),
            refused("CREATE EXTENSION pageinspect SCHEMA public"),
            refused("CREATE EXTENSION pg_stat_statements SCHEMA public"),
            refused("CREATE FOREIGN DATA WRAPPER more"),
            refused("CREATE EVENT TRIGGER more ON ddl_command_start EXECUTE FUNCTION public.kept()"),
            refused("CREATE SUBSCRIPTION more CONNECTION 'host=127.0.0.1' PUBLICATION p WITH (connect = false)"),
            refused("CREATE PUBLICATION more FOR ALL TABLES"),
            refused("CREATE CAST (text AS integer) WITHOUT FUNCTION"),
            refused("CREATE ACCESS METHOD more TYPE TABLE HANDLER heap_tableam_handler"),
            refused("LOAD 'plpgsql'"),
            refused("ALTER SYSTEM SET work_mem = '1GB'"),
            refused("CHECKPOINT"),
            refused("SELECT pg_reload_conf()"),
            refused("SELECT pg_rotate_logfile()"),
            refused("SELECT pg_promote()"),
            refused("SELECT pg_switch_wal()"),
            refused("SELECT pg_create_restore_point('x')"),
            refused("SELECT pg_backup_start('x')"),
            refused("SELECT pg_create_physical_replication_slot('x')"),
            refused("SELECT pg_create_logical_replication_slot('x', 'test_decoding')"),
            refused("SELECT pg_replication_origin_create('x')"),
            refused("SELECT pg_stat_reset()"),
            refused("SELECT pg_stat_reset_shared('bgwriter')"),
            refused("SET session_replication_role = replica"),
            refused("SET log_statement = 'none'"),
            refused("SET log_min_messages = 'panic'"),
            refused("SET zero_damaged_pages = on"),
            refused("SET allow_in_place_tablespaces = on"),
            refused("SET lc_messages = 'C'"),
            // names of databases and roles, not more: who minds sets DB_NAMES=opaque
            allowed("SELECT datname FROM pg_database"),
            allowed("SELECT rolname FROM pg_roles"));

    static final List<Probe> AGAINST_ONES_OWN_LIMITS = List.of(
            refused("DROP DATABASE {own}"),
            refused("ALTER DATABASE {own} CONNECTION LIMIT -1"),
            refused("ALTER DATABASE {own} ALLOW_CONNECTIONS false"),
            refused("ALTER DATABASE {own} IS_TEMPLATE true"),
            refused("ALTER DATABASE {own} RENAME TO {me}_too"),
            refused("ALTER DATABASE {own} OWNER TO {me}"),
            refused("ALTER DATABASE {own} SET TABLESPACE pg_global"),
            refused("ALTER DATABASE {own} SET search_path = x"),
            refused("ALTER DATABASE {own} RESET ALL"),
            refused("ALTER DATABASE {own} REFRESH COLLATION VERSION"),
            refused("COMMENT ON DATABASE {own} IS 'x'"),
            refused("REINDEX DATABASE {own}"),
            refused("REINDEX SYSTEM {own}"),
            refused("ALTER ROLE {me} CONNECTION LIMIT -1"),
            refused("ALTER ROLE {me} VALID UNTIL 'infinity'"),
            refused("ALTER ROLE {me} SUPERUSER"),
            refused("ALTER ROLE {me} CREATEDB"),
            refused("ALTER ROLE {me} CREATEROLE"),
            refused("ALTER ROLE {me} REPLICATION"),
            refused("ALTER ROLE {me} BYPASSRLS"),
            new Probe("ALTER ROLE {me} RENAME TO {me}_too", "0A000", "0A000"),
            refused("ALTER ROLE SESSION_USER SET temp_file_limit = -1"),
            refused("ALTER ROLE SESSION_USER RESET temp_file_limit"),
            refused("ALTER ROLE SESSION_USER IN DATABASE {own} SET temp_file_limit = -1"),
            refused("SET temp_file_limit = -1"),
            refused("DROP ROLE {me}"),
            refused("DROP ROLE {own}_own"),
            refused("GRANT {own}_own TO {own}_ro"),
            refused("GRANT {own}_own TO {me}"),
            // with a warning that nothing was granted: what the server has is the same afterwards
            allowed("GRANT CONNECT ON DATABASE {own} TO PUBLIC"),
            allowed("GRANT ALL ON DATABASE {own} TO {victim}"),
            allowed("SET statement_timeout = 0"));

    static final List<Probe> IN_ONES_OWN_DATABASE = List.of(
            owners("CREATE SCHEMA app; DROP SCHEMA app"),
            owners("CREATE TABLE public.app (n int); DROP TABLE public.app"),
            owners("CREATE EXTENSION pgcrypto SCHEMA public; DROP EXTENSION pgcrypto"),
            owners("CREATE PUBLICATION p FOR TABLE public.kept; DROP PUBLICATION p"),
            owners("CREATE FUNCTION public.app() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION public.app()"),
            owners("TRUNCATE public.kept"),
            allowed("DO 'BEGIN END'"));
}
