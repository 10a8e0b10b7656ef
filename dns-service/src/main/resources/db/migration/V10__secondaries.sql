-- Keys with which other name servers fetch the MASTER zones, all of them; a name in pdns.tsigkeys. The operator puts them
-- here (deploy/powerdns/secondary.sql). A key that fetches from elsewhere is not here, so its owner gets none of ours.
CREATE TABLE pdns.secondaries (
    tsig_key text NOT NULL,

    CONSTRAINT secondaries_pkey PRIMARY KEY (tsig_key),
    CONSTRAINT secondaries_form CHECK (tsig_key = lower(tsig_key) AND tsig_key <> '' AND right(tsig_key, 1) <> '.')
);

-- What the name server notes of a zone, and with it what is so of each MASTER zone.
ALTER TABLE pdns.domainmetadata RENAME TO own_metadata;

CREATE VIEW pdns.domainmetadata AS
SELECT m.id, m.domain_id, m.kind, m.content
  FROM pdns.own_metadata m
 UNION ALL
SELECT 0, z.pdns_id, 'TSIG-ALLOW-AXFR', s.tsig_key
  FROM dns_zones z, pdns.secondaries s
 WHERE z.type = 'MASTER';

CREATE FUNCTION pdns.write_metadata() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pdns, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM own_metadata WHERE id = OLD.id AND domain_id = OLD.domain_id AND kind = OLD.kind;
        RETURN OLD;
    END IF;
    INSERT INTO own_metadata (domain_id, kind, content) VALUES (NEW.domain_id, NEW.kind, NEW.content);
    RETURN NEW;
END
$$;

CREATE TRIGGER domainmetadata_write INSTEAD OF INSERT OR DELETE ON pdns.domainmetadata
    FOR EACH ROW EXECUTE FUNCTION pdns.write_metadata();

-- The records of SLAVE zones, as they came from their masters. They are apart from those that the service checks, and a
-- record is of the zone that it came for.
CREATE TABLE pdns.transferred (
    domain_id   integer          NOT NULL,
    zone_domain text COLLATE "C" NOT NULL,
    name        text COLLATE "C" NOT NULL,
    type        text COLLATE "C",                                -- none: a name that exists without data
    content     text,
    ttl         integer,
    prio        integer,
    ordername   text COLLATE "C",
    auth        boolean          NOT NULL,

    CONSTRAINT transferred_zone         FOREIGN KEY (domain_id) REFERENCES dns_zones (pdns_id) ON DELETE CASCADE,
    CONSTRAINT transferred_name_in_zone CHECK (name = zone_domain
                                               OR right(name, length(zone_domain) + 1) = '.' || zone_domain),
    CONSTRAINT transferred_name_form    CHECK (name = lower(name) AND length(name) <= 253),
    CONSTRAINT transferred_data         CHECK ((type IS NULL) = (content IS NULL))
);
CREATE INDEX transferred_by_name ON pdns.transferred (name, type);
CREATE INDEX transferred_of_zone ON pdns.transferred (domain_id, name, type);
CREATE INDEX transferred_in_order ON pdns.transferred (domain_id, ordername text_pattern_ops);

-- The serial is of the data, so it is known when the data is.
CREATE POLICY dns_zones_transferred ON dns_zones FOR UPDATE TO CURRENT_USER
    USING (type = 'SLAVE') WITH CHECK (type = 'SLAVE');

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
                      AND right(p.name, length(cut.name) + 1) = '.' || cut.name)
 UNION ALL
SELECT t.domain_id, t.name, t.type, t.content, t.ttl, t.prio, false, t.ordername, t.auth
  FROM pdns.transferred t;

-- What the name server writes of records is of SLAVE zones, whatever it says.
CREATE FUNCTION pdns.take_transferred() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pdns, pg_temp AS $$
DECLARE
    zone text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM transferred
         WHERE domain_id = OLD.domain_id
           AND name = OLD.name
           AND type IS NOT DISTINCT FROM OLD.type
           AND content IS NOT DISTINCT FROM OLD.content
           AND prio IS NOT DISTINCT FROM OLD.prio;
        IF NOT FOUND AND NOT EXISTS (SELECT FROM domains d WHERE d.id = OLD.domain_id AND d.type = 'SLAVE') THEN
            RAISE EXCEPTION 'records of this zone are not the name server''s to write' USING ERRCODE = '42501';
        END IF;
        RETURN OLD;
    END IF;
    SELECT d.name INTO zone FROM domains d WHERE d.id = NEW.domain_id AND d.type = 'SLAVE';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'records of this zone are not the name server''s to write' USING ERRCODE = '42501';
    END IF;
    INSERT INTO transferred (domain_id, zone_domain, name, type, content, ttl, prio, ordername, auth)
    VALUES (NEW.domain_id, zone, NEW.name, NEW.type, NEW.content, NEW.ttl,
            CASE WHEN NEW.type IN ('MX', 'SRV') THEN NEW.prio END, NEW.ordername, coalesce(NEW.auth, true));
    IF NEW.type = 'SOA' THEN
        UPDATE ${flyway:defaultSchema}.dns_zones
           SET serial = split_part(NEW.content, ' ', 3)::bigint, updated_at = now()
         WHERE pdns_id = NEW.domain_id;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER records_transferred INSTEAD OF INSERT OR DELETE ON pdns.records
    FOR EACH ROW EXECUTE FUNCTION pdns.take_transferred();

CREATE OR REPLACE PROCEDURE pdns.admit(role text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA pdns TO %I', role);
    EXECUTE format('GRANT SELECT ON pdns.domains, pdns.chain, pdns.transferred, pdns.cryptokeys, pdns.comments, pdns.supermasters TO %I', role);
    EXECUTE format('GRANT UPDATE (last_check, notified_serial) ON pdns.domains TO %I', role);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON pdns.records, pdns.domainmetadata TO %I', role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON pdns.tsigkeys TO %I', role);
    EXECUTE format('REVOKE ALL ON pdns.own_metadata FROM %I', role);
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hostwright_pdns') THEN
        CALL pdns.admit('hostwright_pdns');
    END IF;
END
$$;

-- Whether a zone that is transferred is signed, its master knows.
ALTER TABLE dns_outbox ALTER COLUMN signed DROP NOT NULL;

CREATE OR REPLACE FUNCTION dns_zones_tell() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO dns_outbox AS o (domain, zone_id) VALUES (OLD.domain, OLD.id)
            ON CONFLICT (domain) DO UPDATE
               SET zone_id = excluded.zone_id, serial = NULL, answered = NULL, signed = false, due = now();
    ELSE
        INSERT INTO dns_outbox AS o (domain, zone_id, serial, signed)
        VALUES (NEW.domain, NEW.id, NEW.serial,
                CASE WHEN NEW.type <> 'SLAVE' THEN EXISTS (SELECT FROM dns_keys WHERE zone_id = NEW.id) END)
            ON CONFLICT (domain) DO UPDATE
               SET zone_id = excluded.zone_id, serial = excluded.serial, signed = excluded.signed, due = now(),
                   answered = CASE WHEN o.zone_id = excluded.zone_id THEN o.answered END;
    END IF;
    RETURN NULL;
END
$$;

