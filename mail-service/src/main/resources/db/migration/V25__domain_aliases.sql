-- A domain that stands for another of the same tenant: what is sent to an address in it goes where that address of the other
-- leads. It has no addresses of its own, and neither stands for an alias nor has aliases; all of which is in these constraints.
ALTER TABLE email_domains
    ADD COLUMN alias_of text,
    ADD COLUMN is_alias boolean NOT NULL GENERATED ALWAYS AS (alias_of IS NOT NULL) STORED,
    ADD COLUMN of_alias boolean GENERATED ALWAYS AS (CASE WHEN alias_of IS NOT NULL THEN false END) STORED;
ALTER TABLE email_domains
    ADD CONSTRAINT email_domains_kind_key UNIQUE (domain, tenant_id, is_alias),
    ADD CONSTRAINT email_domains_alias_not_itself CHECK (alias_of <> domain),
    ADD CONSTRAINT email_domains_alias_fkey FOREIGN KEY (alias_of, tenant_id, of_alias)
        REFERENCES email_domains (domain, tenant_id, is_alias);
CREATE INDEX email_domains_aliases ON email_domains (alias_of) WHERE alias_of IS NOT NULL;

ALTER TABLE email_addresses ADD COLUMN in_alias boolean NOT NULL GENERATED ALWAYS AS (false) STORED;
ALTER TABLE email_addresses
    DROP CONSTRAINT email_addresses_domain_fkey,
    ADD CONSTRAINT email_addresses_domain_fkey FOREIGN KEY (domain, tenant_id, in_alias)
        REFERENCES email_domains (domain, tenant_id, is_alias) ON DELETE CASCADE;

ALTER TABLE catch_alls ADD COLUMN in_alias boolean NOT NULL GENERATED ALWAYS AS (false) STORED;
ALTER TABLE catch_alls
    DROP CONSTRAINT catch_alls_domain_fkey,
    ADD CONSTRAINT catch_alls_domain_fkey FOREIGN KEY (domain, tenant_id, in_alias)
        REFERENCES email_domains (domain, tenant_id, is_alias) ON DELETE CASCADE;

-- The aliases of a domain that goes stay, and stand for nothing.
CREATE POLICY email_domains_released ON email_domains FOR UPDATE TO CURRENT_USER USING (true);
CREATE FUNCTION release_aliases() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
BEGIN
    UPDATE email_domains SET alias_of = NULL, updated_at = now() WHERE alias_of = OLD.domain;
    RETURN OLD;
END
$$;
CREATE TRIGGER email_domains_release_aliases BEFORE DELETE ON email_domains
    FOR EACH ROW WHEN (NOT OLD.is_alias) EXECUTE FUNCTION release_aliases();

-- An address in the domain that its own stands for; itself, when its own is no alias.
CREATE FUNCTION in_original(address text, alias_of text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(split_part(address, '@', 1) || '@' || alias_of, address);

-- The edges of the forwarding graph with the address that each leads to in the end, an alias's domain being the one it stands for.
CREATE VIEW forwarding_edges WITH (security_invoker = true) AS
SELECT target.forwarder_id, target.tenant_id, target.position, target.address AS written,
       in_original(target.address, hosted.alias_of) AS address
  FROM email_forwarder_targets AS target
  LEFT JOIN email_domains AS hosted ON hosted.domain = split_part(target.address, '@', 2);
GRANT SELECT ON forwarding_edges TO ${service};

-- All ways to write an address that is here.
CREATE FUNCTION spellings(address text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT address
     UNION ALL
    SELECT split_part(address, '@', 1) || '@' || alias.domain
      FROM email_domains AS alias
     WHERE alias.alias_of = split_part(address, '@', 2)
$$;

-- The forwarders that lead to one in a domain by way of an alias of it, with the address of the latter; all tenants'.
CREATE FUNCTION forwarding_over(alias text, original text) RETURNS TABLE (id uuid, address text)
    LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
    tenant text := current_setting('app.tenant');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('forwarding', 0));
    PERFORM set_config('app.tenant', '*', true);
    RETURN QUERY
    SELECT target.forwarder_id, forwarder.source
      FROM email_forwarders AS forwarder
      JOIN email_forwarder_targets AS target ON target.address = split_part(forwarder.source, '@', 1) || '@' || alias
     WHERE forwarder.domain = original;
    PERFORM set_config('app.tenant', tenant, true);
END
$$;

-- As before, and over aliases of domains, too.
CREATE OR REPLACE FUNCTION forwarding_around(forwarders uuid[], addresses text[]) RETURNS TABLE (id uuid, next uuid[])
    LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
    -- bounds how long one change keeps the others waiting
    most   CONSTANT integer := 500;
    tenant text := current_setting('app.tenant');
    around uuid[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('forwarding', 0));
    PERFORM set_config('app.tenant', '*', true);
    around := ARRAY (
        WITH RECURSIVE down AS (
            SELECT forwarder.id
              FROM unnest(addresses) AS asked (address)
              LEFT JOIN email_domains AS alias ON alias.domain = split_part(asked.address, '@', 2)
              JOIN email_forwarders AS forwarder
                ON forwarder.source = in_original(asked.address, alias.alias_of)
             UNION
            SELECT forwarder.id
              FROM down
              JOIN forwarding_edges AS edge ON edge.forwarder_id = down.id
              JOIN email_forwarders AS forwarder ON forwarder.source = edge.address
        )
        SELECT down.id FROM down LIMIT most + 1
    );
    IF cardinality(around) > most THEN
        around := ARRAY (
            WITH RECURSIVE up AS (
                SELECT forwarder.id, forwarder.source
                  FROM email_forwarders AS forwarder
                 WHERE forwarder.id = ANY (forwarders)
                 UNION
                SELECT forwarder.id, forwarder.source
                  FROM up
                 CROSS JOIN LATERAL spellings(up.source) AS spelling (address)
                  JOIN email_forwarder_targets AS target ON target.address = spelling.address
                  JOIN email_forwarders AS forwarder ON forwarder.id = target.forwarder_id
            )
            SELECT up.id FROM up LIMIT most + 1
        );
    END IF;
    IF cardinality(around) > most THEN
        RETURN QUERY SELECT NULL::uuid, ARRAY[]::uuid[];
    ELSE
        RETURN QUERY
        SELECT edge.forwarder_id, array_agg(below.id)
          FROM forwarding_edges AS edge
          JOIN email_forwarders AS below ON below.source = edge.address
         WHERE edge.forwarder_id = ANY (around)
         GROUP BY edge.forwarder_id;
    END IF;
    PERFORM set_config('app.tenant', tenant, true);
END
$$;

REVOKE ALL ON FUNCTION spellings(text), forwarding_over(text, text), release_aliases() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION spellings(text), forwarding_over(text, text) TO ${service};

-- The address itself, or the one that it is another way to write.
CREATE FUNCTION mta.original(address text) RETURNS text
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
    SELECT lower(split_part(address, '@', 1)) || '@' || coalesce(hosted.alias_of, hosted.domain)
      FROM email_domains AS hosted
     WHERE hosted.domain = lower(split_part(address, '@', 2))
       AND hosted.enabled
       AND NOT hosted.suspended
$$;

-- As before, and: an address in an alias that takes mail is the one of the domain that it stands for. One in an alias that is off
-- is nothing.
CREATE OR REPLACE FUNCTION mta.destinations(recipient text) RETURNS text
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
    WITH RECURSIVE way (address, written, kept) AS (
        SELECT start.address, start.address, false
          FROM mta.original(recipient) AS start (address)
         WHERE recipient NOT LIKE '@%'
           AND split_part(recipient, '@', 1) NOT LIKE '%+%'
           AND EXISTS (SELECT FROM mta.domains WHERE domain = split_part(start.address, '@', 2))
         UNION
        -- an address that is passed on to itself keeps a copy, and the way ends there
        SELECT CASE WHEN here.hosted AND split_part(here.written, '@', 1) LIKE '%+%'
                    THEN lower(split_part(here.written, '+', 1) || '@' || split_part(here.written, '@', 2))
                    ELSE lower(here.written) END,
               here.written,
               lower(here.written) = way.address
          FROM way
         CROSS JOIN LATERAL (
            SELECT f.destination
              FROM mta.forwarders f
             WHERE f.source = way.address
             UNION ALL
            SELECT r.destination
              FROM role_aliases r
             WHERE r.source = way.address
               AND split_part(way.address, '@', 1) IN ('postmaster', 'abuse')
             UNION ALL
            SELECT c.destination
              FROM catch_alls c
              JOIN mta.domains USING (domain)
             WHERE c.domain = split_part(way.address, '@', 2)
               AND NOT EXISTS (SELECT FROM email_addresses a WHERE a.address = way.address)
               AND NOT EXISTS (SELECT
                                 FROM role_aliases r
                                WHERE r.source = way.address
                                  AND split_part(way.address, '@', 1) IN ('postmaster', 'abuse'))
         ) AS f
         CROSS JOIN LATERAL unnest(string_to_array(f.destination, ',')) AS next (written)
          LEFT JOIN email_domains AS hosted ON hosted.domain = lower(split_part(next.written, '@', 2))
         CROSS JOIN LATERAL (
            SELECT hosted.domain IS NOT NULL AS hosted,
                   CASE WHEN hosted.enabled AND NOT hosted.suspended
                        THEN in_original(next.written, hosted.alias_of)
                        ELSE next.written END AS written) AS here
         WHERE NOT way.kept
    )
    SELECT string_agg(DISTINCT written, ',')
      FROM (SELECT * FROM way LIMIT 1001) AS way
     WHERE (kept OR NOT EXISTS (SELECT FROM mta.forwarders f WHERE f.source = way.address))
       AND (EXISTS (SELECT FROM mta.mailboxes m WHERE m.email = way.address)
            OR NOT EXISTS (SELECT FROM email_domains d WHERE d.domain = split_part(way.address, '@', 2)))
$$;

COMMENT ON VIEW mta.aliases IS 'All addresses but those that only a catch-all takes, and those in aliases of domains.';

-- Who may send as an address: as before, and by way of an alias.
CREATE OR REPLACE VIEW mta.senders AS
SELECT m.email AS address, m.email AS login
  FROM mta.mailboxes m
 UNION
SELECT f.source, a.email
  FROM mta.forwarders f
 CROSS JOIN LATERAL unnest(string_to_array(f.destination, ',')) AS next (written)
  LEFT JOIN email_domains hosted ON hosted.domain = split_part(next.written, '@', 2)
  JOIN email_accounts a
    ON a.email = in_original(next.written, hosted.alias_of)
   AND a.tenant_id = f.tenant_id
  JOIN mta.mailboxes m ON m.email = a.email;

CREATE FUNCTION mta.logins(sender text) RETURNS SETOF text
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
    SELECT s.login
      FROM mta.senders s
     WHERE s.address = mta.original(sender)
$$;
REVOKE ALL ON FUNCTION mta.original(text), mta.logins(text) FROM PUBLIC;

CREATE OR REPLACE PROCEDURE mta.admit_postfix(role text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA mta TO %I', role);
    EXECUTE format('GRANT SELECT ON mta.hosted, mta.domains, mta.mailboxes, mta.aliases, mta.senders TO %I', role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION mta.destinations(text), mta.logins(text) TO %I', role);
END
$$;

CREATE OR REPLACE PROCEDURE mta.admit_dovecot(role text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA mta TO %I', role);
    EXECUTE format('GRANT SELECT ON mta.auth, mta.app_auth, mta.deleted TO %I', role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON mta.usage TO %I', role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION mta.original(text), mta.deleted_moved(uuid[]), mta.deleted_removed(uuid[]) TO %I',
                   role);
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hostwright_postfix') THEN
        CALL mta.admit_postfix('hostwright_postfix');
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hostwright_dovecot') THEN
        CALL mta.admit_dovecot('hostwright_dovecot');
    END IF;
END
$$;
