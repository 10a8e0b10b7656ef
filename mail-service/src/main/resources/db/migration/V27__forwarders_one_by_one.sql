-- As before, and each row of each step is looked up by an index. Joined, all forwarders of all tenants were read for one.
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
             CROSS JOIN LATERAL (SELECT in_original(asked.address, (SELECT alias.alias_of
                                                                      FROM email_domains AS alias
                                                                     WHERE alias.domain = split_part(asked.address, '@', 2)))
                                            AS address
                                 OFFSET 0) AS meant
             CROSS JOIN LATERAL (SELECT below.id
                                   FROM email_forwarders AS below
                                  WHERE below.source = meant.address
                                 OFFSET 0) AS forwarder
             UNION
            SELECT forwarder.id
              FROM down
             CROSS JOIN LATERAL (SELECT edges.address
                                   FROM forwarding_edges AS edges
                                  WHERE edges.forwarder_id = down.id
                                 OFFSET 0) AS edge
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
                 CROSS JOIN LATERAL (SELECT target.forwarder_id
                                       FROM email_forwarder_targets AS target
                                      WHERE target.address = spelling.address
                                     OFFSET 0) AS edge
                 CROSS JOIN LATERAL (SELECT above.id, above.source
                                       FROM email_forwarders AS above
                                      WHERE above.id = edge.forwarder_id
                                     OFFSET 0) AS forwarder
            )
            SELECT up.id FROM up LIMIT most + 1
        );
    END IF;
    IF cardinality(around) > most THEN
        RETURN QUERY SELECT NULL::uuid, ARRAY[]::uuid[];
    ELSE
        RETURN QUERY
        SELECT one.id, array_agg(below.id)
          FROM unnest(around) AS one (id)
         CROSS JOIN LATERAL (SELECT edges.address
                               FROM forwarding_edges AS edges
                              WHERE edges.forwarder_id = one.id
                             OFFSET 0) AS edge
         CROSS JOIN LATERAL (SELECT email_forwarders.id
                               FROM email_forwarders
                              WHERE email_forwarders.source = edge.address
                             OFFSET 0) AS below
         GROUP BY one.id;
    END IF;
    PERFORM set_config('app.tenant', tenant, true);
END
$$;
