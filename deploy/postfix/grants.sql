-- The roles of Postfix and Dovecot, for a PostgreSQL server that was set up without them (roles.sql makes them on a new one). As
-- a superuser, after the first start of mail-service:
--
--   psql -v ON_ERROR_STOP=1 -v postfix_password=… -v dovecot_password=… -d hostwright_mail -f grants.sql
--
-- Postfix reads where mail goes and never a password's hash. Dovecot reads hashes, and writes how much is in a mailbox.

CREATE ROLE hostwright_postfix LOGIN NOSUPERUSER PASSWORD :'postfix_password';
ALTER ROLE hostwright_postfix SET statement_timeout = '3s';
CREATE ROLE hostwright_dovecot LOGIN NOSUPERUSER PASSWORD :'dovecot_password';
ALTER ROLE hostwright_dovecot SET statement_timeout = '3s';
-- its queries have the SHA-256 of what somebody typed as a password
ALTER ROLE hostwright_dovecot SET log_statement = 'none';
ALTER ROLE hostwright_dovecot SET log_min_duration_statement = -1;
ALTER ROLE hostwright_dovecot SET log_min_error_statement = 'panic';
GRANT CONNECT ON DATABASE hostwright_mail TO hostwright_postfix, hostwright_dovecot;
CALL mta.admit_postfix('hostwright_postfix');
CALL mta.admit_dovecot('hostwright_dovecot');
