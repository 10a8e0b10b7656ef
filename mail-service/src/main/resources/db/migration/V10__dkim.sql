-- The DKIM keys of the domains (RFC 6376, RFC 8463). A key is made, and is pending until it is in the zone; it is published
-- for a while, then it signs, then it is retired: its private half is gone, and its public half stays in the zone until
-- what it has signed has arrived.
CREATE TABLE dkim_keys (
    -- unique over all domains, and what OpenDKIM and rspamd call it by
    id           text        NOT NULL GENERATED ALWAYS AS (selector || '.' || domain) STORED,
    domain       text        NOT NULL,
    tenant_id    bigint      NOT NULL,
    selector     text        NOT NULL,
    algorithm    text        NOT NULL,
    -- base64, as in the tag p=
    public_key   text        NOT NULL,
    -- PKCS #8 in PEM
    private_key  text,
    state        text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    activated_at timestamptz,
    retired_at   timestamptz,

    CONSTRAINT dkim_keys_pkey PRIMARY KEY (id),
    CONSTRAINT dkim_keys_domain_fkey FOREIGN KEY (domain, tenant_id)
        REFERENCES email_domains (domain, tenant_id) ON DELETE CASCADE,
    CONSTRAINT dkim_keys_selector_label CHECK (selector ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    CONSTRAINT dkim_keys_algorithm_known CHECK (algorithm IN ('rsa-sha256', 'ed25519-sha256')),
    CONSTRAINT dkim_keys_state_known CHECK (state IN ('pending', 'published', 'active', 'retired')),
    CONSTRAINT dkim_keys_times CHECK ((published_at IS NOT NULL OR state = 'pending')
                                  AND (activated_at IS NOT NULL) = (state IN ('active', 'retired'))
                                  AND (retired_at IS NOT NULL) = (state = 'retired')),
    CONSTRAINT dkim_keys_retired_cannot_sign CHECK ((private_key IS NULL) = (state = 'retired'))
);

CREATE INDEX dkim_keys_of_domain ON dkim_keys (domain);

-- A message gets one signature of each algorithm, and a rotation is over before the next one begins.
CREATE UNIQUE INDEX dkim_keys_one_signs ON dkim_keys (domain, algorithm) WHERE state = 'active';
CREATE UNIQUE INDEX dkim_keys_one_is_next ON dkim_keys (domain, algorithm) WHERE state IN ('pending', 'published');

-- What is looked for each minute: those whose time may have come.
CREATE INDEX dkim_keys_changing ON dkim_keys (state) WHERE state IN ('published', 'retired');

ALTER TABLE dkim_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE dkim_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY dkim_keys_tenant ON dkim_keys
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));

-- The service makes keys and cannot read the private half again.
GRANT INSERT, DELETE ON dkim_keys TO ${service};
GRANT SELECT (id, domain, tenant_id, selector, algorithm, public_key, state, created_at, published_at, activated_at,
    retired_at) ON dkim_keys TO ${service};
GRANT UPDATE (private_key, state, published_at, activated_at, retired_at) ON dkim_keys TO ${service};

-- What the signer reads, and nobody else.
CREATE SCHEMA dkim;

-- The views read as their owner, whom row-level security binds too.
CREATE POLICY dkim_keys_signed ON dkim_keys FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY email_domains_signed ON email_domains FOR SELECT TO CURRENT_USER USING (true);

-- The KeyTable of OpenDKIM, and the hash of keys of rspamd: those that sign now.
CREATE VIEW dkim.keys AS
SELECT key.id, key.domain AS domain_name, key.selector, key.private_key, key.algorithm
  FROM dkim_keys AS key
  JOIN email_domains AS hosted ON hosted.domain = key.domain
 WHERE key.state = 'active'
   AND hosted.enabled
   AND NOT hosted.suspended;

-- The SigningTable of OpenDKIM, which finds one key for a domain.
CREATE VIEW dkim.signing AS
SELECT key.domain_name AS author, key.id AS dkim_id
  FROM dkim.keys AS key
 WHERE key.algorithm = 'rsa-sha256';

-- For whoever is given it (deploy/opendkim/grants.sql, when the role comes later than this).
CREATE PROCEDURE dkim.admit(role text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA dkim TO %I', role);
    EXECUTE format('GRANT SELECT ON dkim.keys, dkim.signing TO %I', role);
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hostwright_opendkim') THEN
        CALL dkim.admit('hostwright_opendkim');
    END IF;
END
$$;
