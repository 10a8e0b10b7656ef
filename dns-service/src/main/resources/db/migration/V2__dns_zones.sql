-- for the exclusion of overlapping networks; a trusted extension, which the owner of the database may install
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Whose a registrable domain is. The foreign key of dns_zones makes it impossible, under any race, that a child or a
-- parent of a zone belongs to somebody else.
CREATE TABLE dns_claims (
    registrable text COLLATE "C" NOT NULL,
    tenant_id   bigint           NOT NULL,
    created_at  timestamptz      NOT NULL DEFAULT now(),

    CONSTRAINT dns_claims_pkey  PRIMARY KEY (registrable),
    CONSTRAINT dns_claims_owner UNIQUE (registrable, tenant_id)
);

ALTER TABLE dns_claims ENABLE ROW LEVEL SECURITY;
ALTER TABLE dns_claims FORCE ROW LEVEL SECURITY;
CREATE POLICY dns_claims_tenant ON dns_claims
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, DELETE ON dns_claims TO ${service};
GRANT UPDATE (created_at) ON dns_claims TO ${service}; -- which FOR UPDATE needs

CREATE TABLE dns_zones (
    id          uuid             NOT NULL,
    tenant_id   bigint           NOT NULL,
    domain      text COLLATE "C" NOT NULL,
    registrable text COLLATE "C" NOT NULL,
    network     cidr,                                            -- of a reverse zone
    type        text             NOT NULL DEFAULT 'MASTER',
    master      text,
    serial      bigint           NOT NULL,
    suspended   boolean          NOT NULL DEFAULT false,
    pdns_id     integer          NOT NULL GENERATED ALWAYS AS IDENTITY, -- PowerDNS numbers zones with 31 bits
    made_by     uuid,
    fence       bigint           NOT NULL DEFAULT 0,
    created_at  timestamptz      NOT NULL DEFAULT now(),
    updated_at  timestamptz      NOT NULL DEFAULT now(),

    CONSTRAINT dns_zones_pkey               PRIMARY KEY (id),
    CONSTRAINT dns_zones_domain             UNIQUE (domain),
    CONSTRAINT dns_zones_pdns_id            UNIQUE (pdns_id),
    CONSTRAINT dns_zones_whole              UNIQUE (id, tenant_id, pdns_id, domain),
    CONSTRAINT dns_zones_claim              FOREIGN KEY (registrable, tenant_id)
                                            REFERENCES dns_claims (registrable, tenant_id),
    CONSTRAINT dns_zones_network            EXCLUDE USING gist (network inet_ops WITH &&, tenant_id WITH <>)
                                            WHERE (network IS NOT NULL),
    CONSTRAINT dns_zones_tenant_positive    CHECK (tenant_id > 0),
    CONSTRAINT dns_zones_domain_form        CHECK (domain = lower(domain) AND domain <> '' AND right(domain, 1) <> '.'
                                                   AND length(domain) <= 253),
    CONSTRAINT dns_zones_domain_in_claim    CHECK (domain = registrable
                                                   OR right(domain, length(registrable) + 1) = '.' || registrable),
    CONSTRAINT dns_zones_reverse_network    CHECK ((right(domain, 13) = '.in-addr.arpa' OR right(domain, 9) = '.ip6.arpa')
                                                   = (network IS NOT NULL)),
    CONSTRAINT dns_zones_type_known         CHECK (type IN ('MASTER', 'NATIVE', 'SLAVE')),
    CONSTRAINT dns_zones_master_of_slave    CHECK ((type = 'SLAVE') = (master IS NOT NULL)),
    CONSTRAINT dns_zones_serial_32_bits     CHECK (serial BETWEEN 0 AND 4294967295 AND (serial > 0 OR type = 'SLAVE')),
    CONSTRAINT dns_zones_fence_not_negative CHECK (fence >= 0)
);

CREATE INDEX dns_zones_of_tenant ON dns_zones (tenant_id, domain);
CREATE INDEX dns_zones_of_claim ON dns_zones (registrable);

ALTER TABLE dns_zones ENABLE ROW LEVEL SECURITY;
ALTER TABLE dns_zones FORCE ROW LEVEL SECURITY;
CREATE POLICY dns_zones_tenant ON dns_zones
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, UPDATE, DELETE ON dns_zones TO ${service};

-- An id that was deleted comes back for a newer operation only. The lock is also taken before a tombstone is written, so
-- a create and a delete that cross each other are seen by one of the two.
CREATE FUNCTION dns_zones_not_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.id::text, 0));
    DELETE FROM tombstones WHERE tenant_id = NEW.tenant_id AND id = NEW.id AND fence < NEW.fence;
    IF EXISTS (SELECT FROM tombstones WHERE tenant_id = NEW.tenant_id AND id = NEW.id) THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER dns_zones_not_deleted BEFORE INSERT ON dns_zones
    FOR EACH ROW EXECUTE FUNCTION dns_zones_not_deleted();
