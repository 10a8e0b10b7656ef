-- The key that signs a zone (ECDSA on P-256 with SHA-256, RFC 6605), one for keys and data alike. The service writes both
-- halves and reads the public one only; the private one is for the name server, which signs with it.
CREATE TABLE dns_keys (
    zone_id      uuid             NOT NULL,
    tenant_id    bigint           NOT NULL,
    pdns_zone_id integer          NOT NULL,
    zone_domain  text COLLATE "C" NOT NULL,
    public_key   text             NOT NULL,                      -- base64, as both are in the records and files of DNSSEC
    private_key  text             NOT NULL,
    created_at   timestamptz      NOT NULL DEFAULT now(),
    pdns_id      integer          NOT NULL GENERATED ALWAYS AS IDENTITY,

    CONSTRAINT dns_keys_pkey           PRIMARY KEY (zone_id),
    CONSTRAINT dns_keys_pdns_zone      UNIQUE (pdns_zone_id),
    CONSTRAINT dns_keys_zone           FOREIGN KEY (zone_id, tenant_id, pdns_zone_id, zone_domain)
                                       REFERENCES dns_zones (id, tenant_id, pdns_id, domain) ON DELETE CASCADE,
    CONSTRAINT dns_keys_public_length  CHECK (length(decode(public_key, 'base64')) = 64),
    CONSTRAINT dns_keys_private_length CHECK (length(decode(private_key, 'base64')) = 32)
);

ALTER TABLE dns_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE dns_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY dns_keys_tenant ON dns_keys
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
CREATE POLICY dns_keys_shown ON dns_keys FOR SELECT TO CURRENT_USER USING (true);
GRANT INSERT, DELETE ON dns_keys TO ${service};
GRANT SELECT (zone_id, tenant_id, pdns_zone_id, zone_domain, public_key, created_at) ON dns_keys TO ${service};

-- Keys that were made by hand would no longer sign, and their zones would be bogus.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pdns.cryptokeys) THEN
        RAISE EXCEPTION 'pdns.cryptokeys has keys: take the DS records out of the parents, and delete the keys first';
    END IF;
END
$$;

-- The name server reads its keys and makes none. A zone that is transferred is signed where it comes from.
DROP TABLE pdns.cryptokeys;
CREATE VIEW pdns.cryptokeys AS
SELECT k.pdns_id AS id, k.pdns_zone_id AS domain_id, 257 AS flags, true AS active, true AS published,
       E'Private-key-format: v1.2\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: ' || k.private_key || E'\n' AS content
  FROM dns_keys k;

-- As before; most names are one label below the apex, which takes no aggregate. The bodies are parsed here and now, so that
-- whoever writes a record needs no right to the schema for the index below.
CREATE FUNCTION pdns.labels_from_the_apex(below text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT string_agg(label, ' ' ORDER BY i DESC)
      FROM unnest(string_to_array(below, '.')) WITH ORDINALITY labels (label, i);
END;

CREATE OR REPLACE FUNCTION pdns.ordername(name text, zone text) RETURNS text
    LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    RETURN CASE WHEN strpos(left(name, -length(zone) - 1), '.') = 0
                THEN left(name, -length(zone) - 1)
                ELSE pdns.labels_from_the_apex(left(name, -length(zone) - 1)) END;

-- The neighbours of a name that is not there, which the name server looks for by these operators.
CREATE INDEX dns_records_in_order ON dns_records (pdns_zone_id, (pdns.ordername(name, zone_domain)) text_pattern_ops);

-- The names that NSEC has in its chain. In pdns.records they are too, but there an order cannot be had from an index: it is
-- a union, and what it says of a name depends on others.
CREATE VIEW pdns.chain AS
SELECT r.pdns_zone_id AS domain_id, r.name, pdns.ordername(r.name, r.zone_domain) AS ordername
  FROM dns_records r
 WHERE EXISTS (SELECT
                 FROM dns_records cut
                WHERE cut.pdns_zone_id = r.pdns_zone_id
                  AND cut.type = 'NS'
                  AND cut.name <> cut.zone_domain
                  AND right(r.name, length(cut.name) + 1) = '.' || cut.name) IS FALSE; -- not a join, but one look each

-- As before, but for a delegation below another, which is not shown: PowerDNS would refer to the lower one, which is for
-- the servers of the upper one to do.
CREATE OR REPLACE VIEW pdns.records AS
SELECT r.pdns_zone_id AS domain_id, r.name, r.type, r.content, r.ttl, r.prio, false AS disabled,
       CASE WHEN NOT EXISTS (SELECT
                               FROM dns_records cut
                              WHERE cut.pdns_zone_id = r.pdns_zone_id
                                AND cut.type = 'NS'
                                AND cut.name <> cut.zone_domain
                                AND right(r.name, length(cut.name) + 1) = '.' || cut.name)
            THEN pdns.ordername(r.name, r.zone_domain) END AS ordername,
       NOT EXISTS (SELECT
                     FROM dns_records cut
                    WHERE cut.pdns_zone_id = r.pdns_zone_id
                      AND cut.type = 'NS'
                      AND cut.name <> cut.zone_domain
                      AND (cut.name = r.name AND r.type <> 'DS'
                           OR right(r.name, length(cut.name) + 1) = '.' || cut.name)) AS auth
  FROM dns_records r
 WHERE r.type <> 'NS'
    OR NOT EXISTS (SELECT
                     FROM dns_records cut
                    WHERE cut.pdns_zone_id = r.pdns_zone_id
                      AND cut.type = 'NS'
                      AND cut.name <> cut.zone_domain
                      AND right(r.name, length(cut.name) + 1) = '.' || cut.name)
 UNION ALL
SELECT p.domain_id, p.name, NULL::text, NULL::text, NULL::integer, NULL::integer, false, NULL::text, true
  FROM pdns.parents p
 WHERE NOT EXISTS (SELECT
                     FROM dns_records own
                    WHERE own.pdns_zone_id = p.domain_id
                      AND own.name = p.name)
   AND NOT EXISTS (SELECT
                     FROM dns_records cut
                    WHERE cut.pdns_zone_id = p.domain_id
                      AND cut.type = 'NS'
                      AND cut.name <> cut.zone_domain
                      AND right(p.name, length(cut.name) + 1) = '.' || cut.name);

CREATE OR REPLACE PROCEDURE pdns.admit(role text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA pdns TO %I', role);
    EXECUTE format('GRANT SELECT ON pdns.domains, pdns.records, pdns.chain, pdns.cryptokeys, pdns.comments, '
                   'pdns.supermasters TO %I', role);
    EXECUTE format('GRANT UPDATE (last_check, notified_serial) ON pdns.domains TO %I', role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON pdns.domainmetadata, pdns.tsigkeys TO %I', role);
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hostwright_pdns') THEN
        CALL pdns.admit('hostwright_pdns');
    END IF;
END
$$;

-- Whether a name server is to answer with signatures. It is not told to forget its keys when it is told of a change, so it
-- may know the serial sooner than the key.
ALTER TABLE dns_outbox ADD COLUMN signed boolean NOT NULL DEFAULT false;

CREATE OR REPLACE FUNCTION dns_zones_tell() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO dns_outbox AS o (domain, zone_id) VALUES (OLD.domain, OLD.id)
            ON CONFLICT (domain) DO UPDATE
               SET zone_id = excluded.zone_id, serial = NULL, answered = NULL, signed = false, due = now();
    ELSE
        INSERT INTO dns_outbox AS o (domain, zone_id, serial, signed)
        VALUES (NEW.domain, NEW.id, NEW.serial, EXISTS (SELECT FROM dns_keys WHERE zone_id = NEW.id))
            ON CONFLICT (domain) DO UPDATE
               SET zone_id = excluded.zone_id, serial = excluded.serial, signed = excluded.signed, due = now(),
                   answered = CASE WHEN o.zone_id = excluded.zone_id THEN o.answered END;
    END IF;
    RETURN NULL;
END
$$;
