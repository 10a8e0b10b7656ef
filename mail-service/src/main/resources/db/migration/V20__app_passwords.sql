ALTER TABLE email_accounts ADD CONSTRAINT email_accounts_tenant_key UNIQUE (id, tenant_id);

-- Passwords that were made here, for one program each. They cannot be guessed, so a plain SHA-256 is enough, and is found by an
-- index.
CREATE TABLE app_passwords (
    id           uuid        NOT NULL,
    tenant_id    bigint      NOT NULL,
    mailbox_id   uuid        NOT NULL,
    name         text        NOT NULL,
    protocols    text[]      NOT NULL,
    token_sha256 text        NOT NULL,
    expires_at   timestamptz,
    -- the sessions were ended after it had expired
    ended        boolean     NOT NULL DEFAULT false,
    fence        bigint      NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT app_passwords_pkey PRIMARY KEY (id),
    CONSTRAINT app_passwords_token_key UNIQUE (mailbox_id, token_sha256),
    CONSTRAINT app_passwords_mailbox_fkey FOREIGN KEY (mailbox_id, tenant_id)
        REFERENCES email_accounts (id, tenant_id) ON DELETE CASCADE,
    CONSTRAINT app_passwords_name_length CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT app_passwords_known_protocols CHECK (protocols <@ ARRAY['imap', 'smtp'] AND cardinality(protocols) > 0),
    CONSTRAINT app_passwords_token_is_a_hash CHECK (token_sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT app_passwords_fence_not_negative CHECK (fence >= 0)
);
CREATE INDEX app_passwords_to_end ON app_passwords (expires_at) WHERE NOT ended;

ALTER TABLE app_passwords ENABLE ROW LEVEL SECURITY;
ALTER TABLE app_passwords FORCE ROW LEVEL SECURITY;
CREATE POLICY app_passwords_tenant ON app_passwords
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
CREATE POLICY app_passwords_shown ON app_passwords FOR SELECT TO CURRENT_USER USING (true);
GRANT SELECT, INSERT, UPDATE (ended), DELETE ON app_passwords TO ${service};

-- Which sessions were opened with it Dovecot does not know, so all of the mailbox end; who may, logs in again. Of a mailbox that
-- is gone itself, its own trigger says so.
CREATE FUNCTION revoke_sessions_of_app_password() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
BEGIN
    INSERT INTO revocations (login)
    SELECT email
      FROM email_accounts
     WHERE id = OLD.mailbox_id
        ON CONFLICT (login) DO UPDATE
           SET version = excluded.version, due = excluded.due;
    RETURN NULL;
END
$$;

CREATE TRIGGER app_passwords_revoke AFTER DELETE ON app_passwords
    FOR EACH ROW WHEN (NOT OLD.ended)
    EXECUTE FUNCTION revoke_sessions_of_app_password();
CREATE TRIGGER app_passwords_revoke_expired AFTER UPDATE OF ended ON app_passwords
    FOR EACH ROW WHEN (NEW.ended AND NOT OLD.ended)
    EXECUTE FUNCTION revoke_sessions_of_app_password();

-- Who may log in with which of them. The hash is in the condition of a query only: a role that lists this view learns nothing that
-- opens a mailbox.
CREATE VIEW mta.app_auth AS
SELECT a.email, a.domain, a.username, a.quota_mb, p.token_sha256, p.protocols
  FROM email_accounts a
  JOIN mta.domains USING (domain)
  JOIN app_passwords p ON p.mailbox_id = a.id
 WHERE a.enabled
   AND (p.expires_at IS NULL OR p.expires_at > now());

CREATE OR REPLACE PROCEDURE mta.admit_dovecot(role text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA mta TO %I', role);
    EXECUTE format('GRANT SELECT ON mta.auth, mta.app_auth TO %I', role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON mta.usage TO %I', role);
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hostwright_dovecot') THEN
        CALL mta.admit_dovecot('hostwright_dovecot');
    END IF;
END
$$;
