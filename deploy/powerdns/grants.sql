-- The role of the name server, for a PostgreSQL server that was set up without it (roles.sql makes it on a new one). As a
-- superuser, after the first start of dns-service:
--
--   psql -v ON_ERROR_STOP=1 -v pdns_password=… -d hostwright_dns -f grants.sql
--
-- It reads the zones, their records and their keys, and keeps metadata of its own. It sees nothing else of the database.

CREATE ROLE hostwright_pdns LOGIN NOSUPERUSER PASSWORD :'pdns_password';
ALTER ROLE hostwright_pdns SET search_path = pdns;
GRANT CONNECT ON DATABASE hostwright_dns TO hostwright_pdns;
CALL pdns.admit('hostwright_pdns');
