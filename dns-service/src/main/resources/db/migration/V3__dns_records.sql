CREATE TABLE dns_records (
    id           uuid             NOT NULL DEFAULT gen_random_uuid(),
    zone_id      uuid             NOT NULL,
    tenant_id    bigint           NOT NULL,
    pdns_zone_id integer          NOT NULL,
    zone_domain  text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    type         text COLLATE "C" NOT NULL,
    content      text             NOT NULL,
    ttl          integer          NOT NULL,
    prio         integer,
    record_group text COLLATE "C",
    created_at   timestamptz      NOT NULL DEFAULT now(),
    updated_at   timestamptz      NOT NULL DEFAULT now(),

    CONSTRAINT dns_records_pkey             PRIMARY KEY (id),
    CONSTRAINT dns_records_zone             FOREIGN KEY (zone_id, tenant_id, pdns_zone_id, zone_domain)
                                            REFERENCES dns_zones (id, tenant_id, pdns_id, domain) ON DELETE CASCADE,
    CONSTRAINT dns_records_name_in_zone     CHECK (name = zone_domain
                                                   OR right(name, length(zone_domain) + 1) = '.' || zone_domain),
    CONSTRAINT dns_records_name_form        CHECK (name = lower(name) AND length(name) <= 253),
    CONSTRAINT dns_records_type_form        CHECK (type ~ '^[A-Z0-9]+$'),
    CONSTRAINT dns_records_content_ascii    CHECK (content ~ '^[ -~]+$'),
    CONSTRAINT dns_records_ttl_31_bits      CHECK (ttl >= 0),
    CONSTRAINT dns_records_prio_of_type     CHECK ((type IN ('MX', 'SRV')) = (prio IS NOT NULL)),
    CONSTRAINT dns_records_prio_16_bits     CHECK (prio BETWEEN 0 AND 65535),
    CONSTRAINT dns_records_soa_at_apex      CHECK (type <> 'SOA' OR name = zone_domain),
    CONSTRAINT dns_records_cname_not_apex   CHECK (type <> 'CNAME' OR name <> zone_domain)
);

-- The content is hashed because an index has no room for a long one; it is ASCII, so its escaped form is its octets.
CREATE UNIQUE INDEX dns_records_no_duplicate ON dns_records
    (zone_id, name, type, coalesce(prio, -1), sha256(decode(replace(content, '\', '\\'), 'escape')));
CREATE UNIQUE INDEX dns_records_one_soa ON dns_records (zone_id) WHERE type = 'SOA';
CREATE UNIQUE INDEX dns_records_one_cname ON dns_records (zone_id, name) WHERE type = 'CNAME';
CREATE INDEX dns_records_of_group ON dns_records (zone_id, record_group) WHERE record_group IS NOT NULL;

ALTER TABLE dns_records ENABLE ROW LEVEL SECURITY;
ALTER TABLE dns_records FORCE ROW LEVEL SECURITY;
CREATE POLICY dns_records_tenant ON dns_records
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
GRANT SELECT, INSERT, UPDATE, DELETE ON dns_records TO ${service};

-- A CNAME is alone at its name, but for what signs it (RFC 2181 section 10.1), and an RRset has one TTL (section 5.2). An
-- exclusion constraint could say so for each row; checked once a statement it costs a fifth, and the zone's row, locked
-- here, keeps out whoever changes the same zone.
CREATE FUNCTION dns_records_agree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    IF NOT EXISTS (SELECT FROM written WHERE type <> 'SOA') THEN
        RETURN NULL;
    END IF;
    PERFORM FROM dns_zones WHERE id IN (SELECT zone_id FROM written) ORDER BY id FOR NO KEY UPDATE;
    SELECT name, bool_or(type = 'CNAME') AND bool_or(type NOT IN ('CNAME', 'RRSIG', 'NSEC', 'KEY')) AS beside_cname
      INTO wrong
      FROM dns_records
      JOIN (SELECT DISTINCT zone_id, name FROM written) names USING (zone_id, name)
     GROUP BY zone_id, name
    HAVING bool_or(type = 'CNAME') AND bool_or(type NOT IN ('CNAME', 'RRSIG', 'NSEC', 'KEY'))
        OR count(DISTINCT (type, ttl)) FILTER (WHERE type <> 'RRSIG')
           > count(DISTINCT type) FILTER (WHERE type <> 'RRSIG')
     LIMIT 1;
    IF FOUND AND wrong.beside_cname THEN
        RAISE EXCEPTION 'a CNAME is not alone at %', wrong.name
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'dns_records_cname_alone', TABLE = 'dns_records';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'an RRset has two TTLs at %', wrong.name
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'dns_records_one_ttl', TABLE = 'dns_records';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER dns_records_agree_insert AFTER INSERT ON dns_records
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION dns_records_agree();
CREATE TRIGGER dns_records_agree_update AFTER UPDATE ON dns_records
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION dns_records_agree();
