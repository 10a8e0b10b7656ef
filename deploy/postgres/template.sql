-- Optional, as a superuser, with psql, after roles.sql: a template for customers' databases in which a login that may only
-- read cannot store large objects either. Then start db-service with DB_TEMPLATE=hostwright_template.
--
--   psql -v ON_ERROR_STOP=1 -d postgres -f template.sql
--
-- Who owns a customer's database loses these functions too; GRANT them to <name>_own, as a superuser, where they are wanted.

CREATE DATABASE hostwright_template OWNER hostwright_db TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE hostwright_template FROM PUBLIC;
\connect hostwright_template
REVOKE EXECUTE ON FUNCTION lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea) FROM PUBLIC;
\connect postgres
ALTER DATABASE hostwright_template ALLOW_CONNECTIONS false IS_TEMPLATE true;
