-- The role of the pooler, for a PostgreSQL server that was set up without it (roles.sql makes it on a new one). As a
-- superuser, after the first start of db-service:
--
--   psql -v ON_ERROR_STOP=1 -v pgbouncer_password=… -d hostwright_db -f grants.sql
--
-- It may ask for the verifier of one login at a time, and sees nothing else of the database.

CREATE ROLE hostwright_pgbouncer LOGIN NOSUPERUSER PASSWORD :'pgbouncer_password';
ALTER ROLE hostwright_pgbouncer SET statement_timeout = '3s';
GRANT CONNECT ON DATABASE hostwright_db TO hostwright_pgbouncer;
CALL pooler.admit('hostwright_pgbouncer');
