-- What the mail servers read: Postfix where mail goes, Dovecot who may log in and how much a mailbox holds. The tables stay
-- the service's own.
CREATE SCHEMA mta;

-- The views read as their owner, whom row-level security binds too.
CREATE POLICY email_domains_shown ON email_domains FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY email_addresses_shown ON email_addresses FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY email_accounts_shown ON email_accounts FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY email_forwarders_shown ON email_forwarders FOR SELECT TO CURRENT_USER USING (true);

-- All domains that are here. One that is off, or suspended, stays a domain of this server: else what its neighbours send to it
-- would be sent out, to come back.
CREATE VIEW mta.hosted AS
SELECT domain
  FROM email_domains;

-- Those that take mail.
CREATE VIEW mta.domains AS
SELECT domain
  FROM email_domains
 WHERE enabled
   AND NOT suspended;

CREATE VIEW mta.mailboxes AS
SELECT a.email, a.domain, a.username
  FROM email_accounts a
  JOIN mta.domains USING (domain)
 WHERE a.enabled;

-- The only view with a secret in it; Postfix may not read it.
CREATE VIEW mta.auth AS
SELECT a.email, a.domain, a.username, a.password_hash, a.quota_mb
  FROM email_accounts a
  JOIN mta.domains USING (domain)
 WHERE a.enabled;

-- Forwarders that pass mail on: one on a mailbox goes off with it.
CREATE VIEW mta.forwarders AS
SELECT f.source, f.destination, f.tenant_id
  FROM email_forwarders f
  JOIN mta.domains USING (domain)
 WHERE f.enabled
   AND (NOT f.on_mailbox OR EXISTS (SELECT FROM mta.mailboxes m WHERE m.email = f.source));

-- Where mail to an address ends: mailboxes that are here and open, and addresses elsewhere, with a comma between them; NULL when
-- it ends nowhere, so that it is refused while the sender is still there, and not bounced afterwards. All forwarders on the way
-- are followed here. An address with a detail ("user+detail") has none of its own: Postfix asks again without the detail.
CREATE FUNCTION mta.destinations(recipient text) RETURNS text
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
    WITH RECURSIVE way (address, written, kept) AS (
        SELECT lower(recipient), lower(recipient), false
         WHERE recipient NOT LIKE '@%'
           AND split_part(recipient, '@', 1) NOT LIKE '%+%'
           AND EXISTS (SELECT FROM mta.domains WHERE domain = lower(split_part(recipient, '@', 2)))
         UNION
        -- an address that is passed on to itself keeps a copy, and the way ends there
        SELECT CASE WHEN split_part(next.written, '@', 1) LIKE '%+%'
                     AND EXISTS (SELECT FROM email_domains WHERE domain = lower(split_part(next.written, '@', 2)))
                    THEN lower(split_part(next.written, '+', 1) || '@' || split_part(next.written, '@', 2))
                    ELSE lower(next.written) END,
               next.written,
               lower(next.written) = way.address
          FROM way
          JOIN mta.forwarders f ON f.source = way.address
         CROSS JOIN LATERAL unnest(string_to_array(f.destination, ',')) AS next (written)
         WHERE NOT way.kept
    )
    SELECT string_agg(DISTINCT written, ',')
      FROM (SELECT * FROM way LIMIT 1001) AS way
     WHERE (kept OR NOT EXISTS (SELECT FROM mta.forwarders f WHERE f.source = way.address))
       AND (EXISTS (SELECT FROM mta.mailboxes m WHERE m.email = way.address)
            OR NOT EXISTS (SELECT FROM email_domains d WHERE d.domain = split_part(way.address, '@', 2)))
$$;

-- Every address that mail is taken for, and where it ends. A mailbox without a forwarder leads to itself.
CREATE VIEW mta.aliases AS
SELECT source, destination
  FROM (SELECT source FROM mta.forwarders
         UNION
        SELECT email FROM mta.mailboxes) AS taken (source)
 CROSS JOIN LATERAL mta.destinations(source) AS destination
 WHERE destination IS NOT NULL;

-- Who may send as an address: its own mailbox, and the mailboxes of the same tenant that it is passed on to.
CREATE VIEW mta.senders AS
SELECT m.email AS address, m.email AS login
  FROM mta.mailboxes m
 UNION
SELECT f.source, a.email
  FROM mta.forwarders f
 CROSS JOIN LATERAL unnest(string_to_array(f.destination, ',')) AS next (written)
  JOIN email_accounts a ON a.email = next.written AND a.tenant_id = f.tenant_id
  JOIN mta.mailboxes m ON m.email = a.email;

-- What Dovecot has counted. It writes this itself, with each message.
CREATE TABLE mta.usage (
    username text   NOT NULL,
    bytes    bigint NOT NULL DEFAULT 0,
    messages bigint NOT NULL DEFAULT 0,

    CONSTRAINT usage_pkey PRIMARY KEY (username)
);

GRANT USAGE ON SCHEMA mta TO ${service};
GRANT SELECT, DELETE ON mta.usage TO ${service};

REVOKE ALL ON FUNCTION mta.destinations(text) FROM PUBLIC;

-- For whoever is given it (deploy/postfix/grants.sql, when the roles come later than this).
CREATE PROCEDURE mta.admit_postfix(role text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA mta TO %I', role);
    EXECUTE format('GRANT SELECT ON mta.hosted, mta.domains, mta.mailboxes, mta.aliases, mta.senders TO %I', role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION mta.destinations(text) TO %I', role);
END
$$;

CREATE PROCEDURE mta.admit_dovecot(role text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA mta TO %I', role);
    EXECUTE format('GRANT SELECT ON mta.auth TO %I', role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON mta.usage TO %I', role);
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hostwright_postfix') THEN
        CALL mta.admit_postfix('hostwright_postfix');
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hostwright_dovecot') THEN
        CALL mta.admit_dovecot('hostwright_dovecot');
    END IF;
END
$$;
