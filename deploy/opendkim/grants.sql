-- The role of the signer, for a PostgreSQL server that was set up without it (roles.sql makes it on a new one). As a
-- superuser, after the first start of mail-service:
--
--   psql -v ON_ERROR_STOP=1 -v opendkim_password=… -d hostwright_mail -f grants.sql
--
-- It reads the keys that sign now, their private halves among them, and sees nothing else of the database.

CREATE ROLE hostwright_opendkim LOGIN NOSUPERUSER PASSWORD :'opendkim_password';
ALTER ROLE hostwright_opendkim SET search_path = dkim;
GRANT CONNECT ON DATABASE hostwright_mail TO hostwright_opendkim;
CALL dkim.admit('hostwright_opendkim');
