-- Every address that receives here, once, whatever it is: what makes an address unique over mailboxes and forwarders.
CREATE TABLE email_addresses (
    address   text   NOT NULL,
    tenant_id bigint NOT NULL,
    domain    text   NOT NULL,
    kind      text   NOT NULL,

    CONSTRAINT email_addresses_pkey PRIMARY KEY (address),
    CONSTRAINT email_addresses_kind_key UNIQUE (address, tenant_id, domain, kind),
    CONSTRAINT email_addresses_domain_fkey FOREIGN KEY (domain, tenant_id)
        REFERENCES email_domains (domain, tenant_id) ON DELETE CASCADE,
    CONSTRAINT email_addresses_known_kind CHECK (kind IN ('mailbox', 'forwarder')),
    CONSTRAINT email_addresses_lower_case CHECK (address = lower(address)),
    CONSTRAINT email_addresses_in_domain CHECK (right(address, length(domain) + 1) = '@' || domain)
);

CREATE INDEX email_addresses_of_domain ON email_addresses (domain);

CREATE TABLE email_accounts (
    id            uuid        NOT NULL,
    tenant_id     bigint      NOT NULL,
    domain        text        NOT NULL,
    email         text        NOT NULL,
    username      text        NOT NULL,
    password_hash text        NOT NULL,
    quota_mb      integer     NOT NULL DEFAULT 1000,
    enabled       boolean     NOT NULL DEFAULT true,
    kind          text        NOT NULL GENERATED ALWAYS AS ('mailbox') STORED,
    made_by       uuid,
    fence         bigint      NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT email_accounts_pkey PRIMARY KEY (id),
    CONSTRAINT email_accounts_email_key UNIQUE (email),
    CONSTRAINT email_accounts_address_fkey FOREIGN KEY (email, tenant_id, domain, kind)
        REFERENCES email_addresses (address, tenant_id, domain, kind) ON DELETE CASCADE,
    CONSTRAINT email_accounts_email_parts CHECK (email = username || '@' || domain),
    -- a folder name below the domain's folder: never '.', '..', nor with a '/'
    CONSTRAINT email_accounts_username_safe
        CHECK (username ~ '^[a-z0-9_][a-z0-9._-]{0,63}$' AND username !~ '\.(\.|$)'),
    CONSTRAINT email_accounts_hash_scheme CHECK (password_hash ~ '^\{[A-Z0-9-]+\}\$'),
    CONSTRAINT email_accounts_quota_not_negative CHECK (quota_mb >= 0),
    CONSTRAINT email_accounts_fence_not_negative CHECK (fence >= 0)
);

CREATE INDEX email_accounts_of_tenant ON email_accounts (tenant_id, email);
CREATE INDEX email_accounts_of_domain ON email_accounts (domain, email);

ALTER TABLE email_addresses ENABLE ROW LEVEL SECURITY;
ALTER TABLE email_addresses FORCE ROW LEVEL SECURITY;
CREATE POLICY email_addresses_tenant ON email_addresses
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));

ALTER TABLE email_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE email_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY email_accounts_tenant ON email_accounts
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));

-- no column is ever changed; PostgreSQL wants the right to for a lock on a row
GRANT SELECT, INSERT, UPDATE (kind), DELETE ON email_addresses TO ${service};
GRANT SELECT, INSERT, UPDATE, DELETE ON email_accounts TO ${service};
