-- As before, and: postmaster and abuse of a domain that has no such address go where role_aliases says, before any catch-all.
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
         WHERE NOT way.kept
    )
    SELECT string_agg(DISTINCT written, ',')
      FROM (SELECT * FROM way LIMIT 1001) AS way
     WHERE (kept OR NOT EXISTS (SELECT FROM mta.forwarders f WHERE f.source = way.address))
       AND (EXISTS (SELECT FROM mta.mailboxes m WHERE m.email = way.address)
            OR NOT EXISTS (SELECT FROM email_domains d WHERE d.domain = split_part(way.address, '@', 2)))
$$;

-- Every address that mail is taken for, but those that only a catch-all takes.
CREATE OR REPLACE VIEW mta.aliases AS
SELECT source, destination
  FROM (SELECT source FROM mta.forwarders
         UNION
        SELECT email FROM mta.mailboxes
         UNION
        SELECT source FROM role_aliases) AS taken (source)
 CROSS JOIN LATERAL mta.destinations(source) AS destination
 WHERE destination IS NOT NULL;
