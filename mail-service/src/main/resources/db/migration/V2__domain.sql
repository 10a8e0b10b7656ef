-- Who has a registrable domain; every mail domain in it refers to this row, so two tenants never share one.
CREATE TABLE domain_claims (
    registrable text        NOT NULL,
    tenant_id   bigint      NOT NULL,
    claimed_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT domain_claims_pkey PRIMARY KEY (registrable),
    CONSTRAINT domain_claims_tenant_key UNIQUE (registrable, tenant_id),
    CONSTRAINT domain_claims_tenant_positive CHECK (tenant_id >= 1),
    CONSTRAINT domain_claims_lower_case CHECK (registrable = lower(registrable))
);

CREATE TABLE email_domains (
    id          uuid        NOT NULL,
    tenant_id   bigint      NOT NULL,
    domain      text        NOT NULL,
    registrable text        NOT NULL,
    enabled     boolean     NOT NULL DEFAULT true,
    suspended   boolean     NOT NULL DEFAULT false,
    made_by     uuid,
    fence       bigint      NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT email_domains_pkey PRIMARY KEY (id),
    CONSTRAINT email_domains_domain_key UNIQUE (domain),
    CONSTRAINT email_domains_tenant_key UNIQUE (domain, tenant_id),
    CONSTRAINT email_domains_claim_fkey FOREIGN KEY (registrable, tenant_id)
        REFERENCES domain_claims (registrable, tenant_id),
    CONSTRAINT email_domains_lower_case CHECK (domain = lower(domain)),
    CONSTRAINT email_domains_in_claim
        CHECK (domain = registrable OR right(domain, length(registrable) + 1) = '.' || registrable),
    CONSTRAINT email_domains_fence_not_negative CHECK (fence >= 0)
);

CREATE INDEX email_domains_of_tenant ON email_domains (tenant_id, domain);
CREATE INDEX email_domains_of_claim ON email_domains (registrable);

ALTER TABLE domain_claims ENABLE ROW LEVEL SECURITY;
ALTER TABLE domain_claims FORCE ROW LEVEL SECURITY;
CREATE POLICY domain_claims_tenant ON domain_claims
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));

ALTER TABLE email_domains ENABLE ROW LEVEL SECURITY;
ALTER TABLE email_domains FORCE ROW LEVEL SECURITY;
CREATE POLICY email_domains_tenant ON email_domains
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));

GRANT SELECT, INSERT, DELETE ON domain_claims TO ${service};
GRANT SELECT, INSERT, UPDATE, DELETE ON email_domains TO ${service};
