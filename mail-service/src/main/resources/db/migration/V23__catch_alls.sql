-- Where mail goes that is for an address of the domain that nobody has.
CREATE TABLE catch_alls (
    domain      text        NOT NULL,
    tenant_id   bigint      NOT NULL,
    source      text        NOT NULL GENERATED ALWAYS AS ('@' || domain) STORED,
    -- addresses with a comma between them, as with a forwarder
    destination text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT catch_alls_pkey PRIMARY KEY (domain),
    CONSTRAINT catch_alls_domain_fkey FOREIGN KEY (domain, tenant_id)
        REFERENCES email_domains (domain, tenant_id) ON DELETE CASCADE,
    CONSTRAINT catch_alls_destination_length CHECK (length(destination) BETWEEN 1 AND 8192)
);

ALTER TABLE catch_alls ENABLE ROW LEVEL SECURITY;
ALTER TABLE catch_alls FORCE ROW LEVEL SECURITY;
CREATE POLICY catch_alls_tenant ON catch_alls
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
CREATE POLICY catch_alls_shown ON catch_alls FOR SELECT TO CURRENT_USER USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON catch_alls TO ${service};

-- It took mail for every address.
CREATE TRIGGER catch_alls_remember AFTER DELETE ON catch_alls
    FOR EACH ROW EXECUTE FUNCTION remember_address();

-- As before, and: an address that nobody has goes where the domain's catch-all leads. One that is there and switched off is
-- somebody's, so it is refused. A way that comes back to where it was ends nowhere, and is refused, too.
CREATE OR REPLACE FUNCTION mta.destinations(recipient text) RETURNS text
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
    WITH RECURSIVE way (address, written, kept) AS (
        SELECT lower(recipient), lower(recipient), false
         WHERE recipient NOT LIKE '@%'
           AND split_part(recipient, '@', 1) NOT LIKE '%+%'
           AND EXISTS (SELECT FROM mta.domains WHERE domain = lower(split_part(recipient, '@', 2)))
         UNION
        -- an address that is passed on to itself keeps a copy, and the way ends there
        SELECT CASE WHEN split_part(next.written, '@', 1) LIKE '%+%'
                     AND EXISTS (SELECT FROM email_domains WHERE domain = lower(split_part(next.written, '@', 2)))
                    THEN lower(split_part(next.written, '+', 1) || '@' || split_part(next.written, '@', 2))
                    ELSE lower(next.written) END,
               next.written,
               lower(next.written) = way.address
          FROM way
         CROSS JOIN LATERAL (
            SELECT f.destination
              FROM mta.forwarders f
             WHERE f.source = way.address
             UNION ALL
            SELECT c.destination
              FROM catch_alls c
              JOIN mta.domains USING (domain)
             WHERE c.domain = split_part(way.address, '@', 2)
               AND NOT EXISTS (SELECT FROM email_addresses a WHERE a.address = way.address)
         ) AS f
         CROSS JOIN LATERAL unnest(string_to_array(f.destination, ',')) AS next (written)
         WHERE NOT way.kept
    )
    SELECT string_agg(DISTINCT written, ',')
      FROM (SELECT * FROM way LIMIT 1001) AS way
     WHERE (kept OR NOT EXISTS (SELECT FROM mta.forwarders f WHERE f.source = way.address))
       AND (EXISTS (SELECT FROM mta.mailboxes m WHERE m.email = way.address)
            OR NOT EXISTS (SELECT FROM email_domains d WHERE d.domain = split_part(way.address, '@', 2)))
$$;
