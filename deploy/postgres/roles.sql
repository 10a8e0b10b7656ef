-- The roles and the databases of the four services, once for each PostgreSQL server (15 or newer), as a superuser in the
-- database "postgres":
--
--   psql -v ON_ERROR_STOP=1 -v gateway_password=… -v gateway_owner_password=… -v db_password=… -v db_owner_password=… \
--        -v mail_password=… -v mail_owner_password=… -v dns_password=… -v dns_owner_password=… \
--        -v pdns_password=… -v postfix_password=… -v dovecot_password=… -v opendkim_password=… -v pgbouncer_password=… \
--        -f roles.sql
--
-- A service has two roles. The owner (…_owner) makes the tables, at the start of the service and never again. The service
-- itself works as the other, which owns nothing, creates nothing in its own database, and is bound by row-level security.

CREATE ROLE hostwright_gateway_owner LOGIN NOSUPERUSER PASSWORD :'gateway_owner_password';
CREATE ROLE hostwright_gateway       LOGIN NOSUPERUSER PASSWORD :'gateway_password';
CREATE ROLE hostwright_mail_owner    LOGIN NOSUPERUSER PASSWORD :'mail_owner_password';
CREATE ROLE hostwright_mail          LOGIN NOSUPERUSER PASSWORD :'mail_password';
CREATE ROLE hostwright_dns_owner     LOGIN NOSUPERUSER PASSWORD :'dns_owner_password';
CREATE ROLE hostwright_dns           LOGIN NOSUPERUSER PASSWORD :'dns_password';
CREATE ROLE hostwright_db_owner      LOGIN NOSUPERUSER PASSWORD :'db_owner_password';

-- The name server, which reads the zones in views (schema pdns of hostwright_dns), under the names that it expects.
CREATE ROLE hostwright_pdns LOGIN NOSUPERUSER PASSWORD :'pdns_password';
ALTER ROLE hostwright_pdns SET search_path = pdns;

-- The mail servers, which read views (schema mta of hostwright_mail): Postfix where mail goes, Dovecot who may log in. A query
-- that hangs must not hold up the mail of everybody.
CREATE ROLE hostwright_postfix LOGIN NOSUPERUSER PASSWORD :'postfix_password';
ALTER ROLE hostwright_postfix SET statement_timeout = '3s';
CREATE ROLE hostwright_dovecot LOGIN NOSUPERUSER PASSWORD :'dovecot_password';
ALTER ROLE hostwright_dovecot SET statement_timeout = '3s';
-- its queries have the SHA-256 of what somebody typed as a password
ALTER ROLE hostwright_dovecot SET log_statement = 'none';
ALTER ROLE hostwright_dovecot SET log_min_duration_statement = -1;
ALTER ROLE hostwright_dovecot SET log_min_error_statement = 'panic';
-- The signer of outgoing mail, which reads the private DKIM keys (schema dkim of hostwright_mail).
CREATE ROLE hostwright_opendkim LOGIN NOSUPERUSER PASSWORD :'opendkim_password';
ALTER ROLE hostwright_opendkim SET search_path = dkim;

-- db-service makes customers' databases and roles, so it may do that, and nothing above it.
CREATE ROLE hostwright_db LOGIN NOSUPERUSER NOREPLICATION NOBYPASSRLS CREATEDB CREATEROLE PASSWORD :'db_password';
GRANT pg_signal_backend, pg_read_all_stats TO hostwright_db;
GRANT SET ON PARAMETER temp_file_limit, log_statement, log_min_error_statement, log_min_duration_statement,
    log_min_duration_sample, log_error_verbosity TO hostwright_db;
-- whether all of a transaction is logged is decided before its first statement could say no
ALTER ROLE hostwright_db SET log_transaction_sample_rate = 0;

-- The pooler, which asks whom it may let in (schema pooler of hostwright_db). A query that hangs must not hold up the logins of
-- everybody.
CREATE ROLE hostwright_pgbouncer LOGIN NOSUPERUSER PASSWORD :'pgbouncer_password';
ALTER ROLE hostwright_pgbouncer SET statement_timeout = '3s';

CREATE DATABASE hostwright_gateway OWNER hostwright_gateway_owner TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE hostwright_db      OWNER hostwright_db_owner      TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE hostwright_mail    OWNER hostwright_mail_owner    TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE hostwright_dns     OWNER hostwright_dns_owner     TEMPLATE template0 ENCODING 'UTF8';

REVOKE CONNECT, TEMPORARY ON DATABASE hostwright_gateway, hostwright_db, hostwright_mail, hostwright_dns FROM PUBLIC;
GRANT CONNECT ON DATABASE hostwright_gateway TO hostwright_gateway;
GRANT CONNECT ON DATABASE hostwright_db      TO hostwright_db, hostwright_pgbouncer;
GRANT CONNECT ON DATABASE hostwright_mail    TO hostwright_mail, hostwright_postfix, hostwright_dovecot, hostwright_opendkim;
GRANT CONNECT ON DATABASE hostwright_dns     TO hostwright_dns, hostwright_pdns;

-- Customers have roles on this server too: nobody but its owner enters these.
REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC;
