-- What an edge leads to is looked up for each edge, by an index; OFFSET 0 keeps the look-up one. Row-level security has
-- PostgreSQL believe that a tenant has next to no rows, and it would join each with each.
CREATE OR REPLACE VIEW forwarding_edges WITH (security_invoker = true) AS
SELECT target.forwarder_id, target.tenant_id, target.position, target.address AS written, meant.address
  FROM email_forwarder_targets AS target
 CROSS JOIN LATERAL (SELECT in_original(target.address, (SELECT alias_of
                                                           FROM email_domains
                                                          WHERE domain = split_part(target.address, '@', 2))) AS address
                     OFFSET 0) AS meant;

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
             CROSS JOIN LATERAL (SELECT below.id
                                   FROM email_forwarders AS below
                                  WHERE below.source = in_original(asked.address, alias.alias_of)
                                 OFFSET 0) AS forwarder
             UNION
            SELECT forwarder.id
              FROM down
              JOIN forwarding_edges AS edge ON edge.forwarder_id = down.id
             CROSS JOIN LATERAL (SELECT below.id
                                   FROM email_forwarders AS below
                                  WHERE below.source = edge.address
                                 OFFSET 0) AS forwarder
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
         CROSS JOIN LATERAL (SELECT email_forwarders.id
                               FROM email_forwarders
                              WHERE email_forwarders.source = edge.address
                             OFFSET 0) AS below
         WHERE edge.forwarder_id = ANY (around)
         GROUP BY edge.forwarder_id;
    END IF;
    PERFORM set_config('app.tenant', tenant, true);
END
$$;
