-- What name servers have still to be told: the newest serial of a zone that changed, or none when the zone is gone. The row
-- is written with the change, so it is there exactly when the change is, and it is deleted once every name server
-- answers that serial. A change that comes in between overwrites it.
CREATE TABLE dns_outbox (
    domain   text COLLATE "C" NOT NULL,
    zone_id  uuid             NOT NULL,
    serial   bigint,
    answered bigint,                                             -- what all name servers were last seen to answer
    due      timestamptz      NOT NULL DEFAULT now(),            -- later when a name server did not answer

    CONSTRAINT dns_outbox_pkey PRIMARY KEY (domain)
);
CREATE INDEX dns_outbox_of_zone ON dns_outbox (zone_id);
CREATE INDEX dns_outbox_due ON dns_outbox (due);

-- It says nothing that a name server does not tell everybody, so there is no policy for tenants.
GRANT SELECT, UPDATE, DELETE ON dns_outbox TO ${service};

CREATE FUNCTION dns_zones_tell() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO dns_outbox AS o (domain, zone_id) VALUES (OLD.domain, OLD.id)
            ON CONFLICT (domain) DO UPDATE
               SET zone_id = excluded.zone_id, serial = NULL, answered = NULL, due = now();
    ELSE
        INSERT INTO dns_outbox AS o (domain, zone_id, serial) VALUES (NEW.domain, NEW.id, NEW.serial)
            ON CONFLICT (domain) DO UPDATE
               SET zone_id = excluded.zone_id, serial = excluded.serial, due = now(),
                   answered = CASE WHEN o.zone_id = excluded.zone_id THEN o.answered END;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER dns_zones_tell_new AFTER INSERT OR DELETE ON dns_zones
    FOR EACH ROW EXECUTE FUNCTION dns_zones_tell();
CREATE TRIGGER dns_zones_tell_serial AFTER UPDATE OF serial ON dns_zones
    FOR EACH ROW WHEN (NEW.serial <> OLD.serial) EXECUTE FUNCTION dns_zones_tell();
