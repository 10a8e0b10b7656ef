-- What a PowerDNS Authoritative Server reads (4.7 and later, backend gpgsql): under the names and with the columns that its
-- own queries have, so that none of them is overridden. The tables of the service stay the truth; zones and records are
-- views of them, and key columns are shown as they are, since a cast would keep a look-up from its index.
CREATE SCHEMA pdns;

-- The views read as their owner, whom row-level security binds too.
CREATE POLICY dns_zones_shown ON dns_zones FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY dns_records_shown ON dns_records FOR SELECT TO CURRENT_USER USING (true);

-- A name server asks by name, with the number of the zone or without.
CREATE INDEX dns_records_by_name ON dns_records (name, type);
CREATE INDEX dns_records_of_pdns_zone ON dns_records (pdns_zone_id, name, type);

-- Few: where a zone is cut, which is looked for with each record that is shown.
CREATE INDEX dns_records_cuts ON dns_records (pdns_zone_id, name) WHERE type = 'NS';

-- The name itself and those above it, up to the zone's apex and without it.
CREATE FUNCTION pdns.names_up(name text, zone text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ARRAY(SELECT array_to_string(labels[i:], '.') || '.' || zone
                   FROM (SELECT string_to_array(left(name, -length(zone) - 1), '.') AS labels) below,
                        generate_series(1, cardinality(labels)) i
                  ORDER BY i)
$$;

-- How NSEC orders names (RFC 4034 section 6.1): the labels below the apex, the last one first.
CREATE FUNCTION pdns.ordername(name text, zone text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(label, ' ' ORDER BY i DESC), '')
      FROM unnest(string_to_array(left(name, -length(zone) - 1), '.')) WITH ORDINALITY labels (label, i)
$$;

-- Names that records are below of, and how many. Those without a record of their own are empty non-terminals (RFC 8499):
-- they exist, though they have nothing, and a name server that is not told so answers NXDOMAIN.
CREATE TABLE pdns.parents (
    domain_id integer          NOT NULL,
    name      text COLLATE "C" NOT NULL,
    below     bigint           NOT NULL,

    CONSTRAINT parents_pkey PRIMARY KEY (domain_id, name),
    CONSTRAINT parents_zone FOREIGN KEY (domain_id) REFERENCES dns_zones (pdns_id) ON DELETE CASCADE
);
CREATE INDEX parents_by_name ON pdns.parents (name);

CREATE FUNCTION pdns.add_parents() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pdns, pg_temp AS $$
BEGIN
    INSERT INTO parents AS p (domain_id, name, below)
    SELECT pdns_zone_id, parent, count(*)
      FROM added, unnest((names_up(name, zone_domain))[2:]) AS parent
     WHERE strpos(left(name, -length(zone_domain) - 1), '.') > 0
     GROUP BY pdns_zone_id, parent
     ORDER BY pdns_zone_id, parent
        ON CONFLICT (domain_id, name) DO UPDATE SET below = p.below + excluded.below;
    RETURN NULL;
END
$$;

-- Never inserts: when a whole zone goes, its parents may be gone before its records.
CREATE FUNCTION pdns.remove_parents() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pdns, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM removed WHERE strpos(left(name, -length(zone_domain) - 1), '.') > 0) THEN
        RETURN NULL;
    END IF;
    UPDATE parents p
       SET below = p.below - gone.records
      FROM (SELECT pdns_zone_id, parent, count(*) AS records
              FROM removed, unnest((names_up(name, zone_domain))[2:]) AS parent
             WHERE strpos(left(name, -length(zone_domain) - 1), '.') > 0
             GROUP BY pdns_zone_id, parent) gone
     WHERE p.domain_id = gone.pdns_zone_id
       AND p.name = gone.parent;
    DELETE FROM parents
     WHERE domain_id = ANY (ARRAY(SELECT DISTINCT pdns_zone_id FROM removed))
       AND below <= 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION pdns.move_parents() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pdns, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM added JOIN removed USING (id) WHERE added.name <> removed.name) THEN
        RETURN NULL;
    END IF;
    INSERT INTO parents AS p (domain_id, name, below)
    SELECT pdns_zone_id, parent, sum(records)
      FROM (SELECT pdns_zone_id, name, zone_domain, 1 AS records FROM added
             UNION ALL
            SELECT pdns_zone_id, name, zone_domain, -1 FROM removed) moved,
           unnest((names_up(name, zone_domain))[2:]) AS parent
     GROUP BY pdns_zone_id, parent
    HAVING sum(records) <> 0
     ORDER BY pdns_zone_id, parent
        ON CONFLICT (domain_id, name) DO UPDATE SET below = p.below + excluded.below;
    DELETE FROM parents
     WHERE domain_id = ANY (ARRAY(SELECT DISTINCT pdns_zone_id FROM removed))
       AND below <= 0;
    RETURN NULL;
END
$$;

CREATE TRIGGER dns_records_add_parents AFTER INSERT ON dns_records
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION pdns.add_parents();
CREATE TRIGGER dns_records_remove_parents AFTER DELETE ON dns_records
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION pdns.remove_parents();
CREATE TRIGGER dns_records_move_parents AFTER UPDATE ON dns_records
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION pdns.move_parents();

INSERT INTO pdns.parents (domain_id, name, below)
SELECT pdns_zone_id, parent, count(*)
  FROM dns_records, unnest((pdns.names_up(name, zone_domain))[2:]) AS parent
 GROUP BY pdns_zone_id, parent;

-- What the name server notes of a zone, apart from the zone's row, which it would otherwise lock against its owner.
CREATE TABLE pdns.notes (
    domain_id       integer NOT NULL,
    last_check      integer,
    notified_serial bigint,

    CONSTRAINT notes_pkey PRIMARY KEY (domain_id),
    CONSTRAINT notes_zone FOREIGN KEY (domain_id) REFERENCES dns_zones (pdns_id) ON DELETE CASCADE
);

-- A suspended zone is one that its tenant may not change; it goes on answering.
CREATE VIEW pdns.domains AS
SELECT z.pdns_id AS id, z.domain AS name, z.master, n.last_check, z.type, n.notified_serial,
       z.tenant_id::text AS account, NULL::text AS options, NULL::text AS catalog
  FROM dns_zones z
  LEFT JOIN pdns.notes n ON n.domain_id = z.pdns_id;

CREATE FUNCTION pdns.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pdns, pg_temp AS $$
BEGIN
    INSERT INTO notes (domain_id, last_check, notified_serial)
    VALUES (OLD.id, NEW.last_check, NEW.notified_serial)
        ON CONFLICT (domain_id) DO UPDATE
           SET last_check = excluded.last_check, notified_serial = excluded.notified_serial;
    RETURN NEW;
END
$$;

CREATE TRIGGER domains_note INSTEAD OF UPDATE ON pdns.domains FOR EACH ROW EXECUTE FUNCTION pdns.note();

-- What is below a delegation is not of the zone's authority and has no place among its names, and the NS records of the
-- delegation itself are not of its authority either (RFC 4035 section 2.2). An empty non-terminal has no type; without
-- an ordername it stays out of the chain of NSEC.
CREATE VIEW pdns.records AS
SELECT r.pdns_zone_id AS domain_id, r.name, r.type, r.content, r.ttl, r.prio, false AS disabled,
       CASE WHEN NOT EXISTS (SELECT
                               FROM dns_records cut
                              WHERE cut.pdns_zone_id = r.pdns_zone_id
                                AND cut.name = ANY ((pdns.names_up(r.name, r.zone_domain))[2:])
                                AND cut.type = 'NS')
            THEN pdns.ordername(r.name, r.zone_domain) END AS ordername,
       NOT EXISTS (SELECT
                     FROM dns_records cut
                    WHERE cut.pdns_zone_id = r.pdns_zone_id
                      AND cut.name = ANY (pdns.names_up(r.name, r.zone_domain))
                      AND cut.type = 'NS'
                      AND (cut.name <> r.name OR r.type <> 'DS')) AS auth
  FROM dns_records r
 UNION ALL
SELECT p.domain_id, p.name, NULL::text, NULL::text, NULL::integer, NULL::integer, false, NULL::text, true
  FROM pdns.parents p
 WHERE NOT EXISTS (SELECT
                     FROM dns_records own
                    WHERE own.pdns_zone_id = p.domain_id
                      AND own.name = p.name)
   AND NOT EXISTS (SELECT
                     FROM dns_zones z
                     JOIN dns_records cut ON cut.pdns_zone_id = z.pdns_id
                                         AND cut.name = ANY (pdns.names_up(p.name, z.domain))
                    WHERE z.pdns_id = p.domain_id
                      AND cut.type = 'NS');

-- The name server's own.
CREATE TABLE pdns.cryptokeys (
    id        integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    domain_id integer NOT NULL,
    flags     integer NOT NULL,
    active    boolean,
    published boolean DEFAULT true,
    content   text,

    CONSTRAINT cryptokeys_pkey PRIMARY KEY (id),
    CONSTRAINT cryptokeys_zone FOREIGN KEY (domain_id) REFERENCES dns_zones (pdns_id) ON DELETE CASCADE
);
CREATE INDEX cryptokeys_of_zone ON pdns.cryptokeys (domain_id);

CREATE TABLE pdns.domainmetadata (
    id        integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    domain_id integer NOT NULL,
    kind      text,
    content   text,

    CONSTRAINT domainmetadata_pkey PRIMARY KEY (id),
    CONSTRAINT domainmetadata_zone FOREIGN KEY (domain_id) REFERENCES dns_zones (pdns_id) ON DELETE CASCADE
);
CREATE INDEX domainmetadata_of_zone ON pdns.domainmetadata (domain_id);

CREATE TABLE pdns.tsigkeys (
    id        integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    name      text,
    algorithm text,
    secret    text,

    CONSTRAINT tsigkeys_pkey PRIMARY KEY (id),
    CONSTRAINT tsigkeys_once UNIQUE (name, algorithm)
);

CREATE TABLE pdns.comments (
    id          integer NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    domain_id   integer NOT NULL,
    name        text    NOT NULL,
    type        text    NOT NULL,
    modified_at integer NOT NULL,
    account     text,
    comment     text    NOT NULL,

    CONSTRAINT comments_pkey PRIMARY KEY (id),
    CONSTRAINT comments_zone FOREIGN KEY (domain_id) REFERENCES dns_zones (pdns_id) ON DELETE CASCADE
);
CREATE INDEX comments_of_zone ON pdns.comments (domain_id);

CREATE TABLE pdns.supermasters (
    ip         inet NOT NULL,
    nameserver text NOT NULL,
    account    text NOT NULL,

    CONSTRAINT supermasters_pkey PRIMARY KEY (ip, nameserver)
);

-- For whoever is given it (deploy/powerdns/grants.sql, when the role comes later than this): zones and records are read,
-- keys and metadata are the name server's own.
CREATE PROCEDURE pdns.admit(role text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA pdns TO %I', role);
    EXECUTE format('GRANT SELECT ON pdns.domains, pdns.records, pdns.comments, pdns.supermasters TO %I', role);
    EXECUTE format('GRANT UPDATE (last_check, notified_serial) ON pdns.domains TO %I', role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON pdns.cryptokeys, pdns.domainmetadata, pdns.tsigkeys TO %I', role);
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hostwright_pdns') THEN
        CALL pdns.admit('hostwright_pdns');
    END IF;
END
$$;
