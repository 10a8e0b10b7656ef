-- Found by whose it is as well: however many strangers name an address, its own tenant's forwarders are found at once.
CREATE INDEX email_forwarder_targets_of_tenant_to ON email_forwarder_targets (address, tenant_id);
DROP INDEX email_forwarder_targets_to;

-- The forwarders among which a loop would be that leads from one of these to one of these addresses and back: each with
-- those it leads to. One row without an id when there are too many to search.
--
-- It sees all tenants' forwarders, the switched-off ones too, and therefore returns no address. Down from the addresses,
-- or up from the forwarders, is enough, because a loop is in both; so who is named by a crowd, or names one, is not kept
-- from it. The lock, held until the commit, makes a second writer wait, and its queries then see what the first has
-- written: of two forwarders that would close a loop, one is refused.
CREATE FUNCTION forwarding_around(forwarders uuid[], addresses text[]) RETURNS TABLE (id uuid, next uuid[])
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
              FROM email_forwarders AS forwarder
             WHERE forwarder.source = ANY (addresses)
             UNION
            SELECT forwarder.id
              FROM down
              JOIN email_forwarder_targets AS target ON target.forwarder_id = down.id
              JOIN email_forwarders AS forwarder ON forwarder.source = target.address
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
                  JOIN email_forwarder_targets AS target ON target.address = up.source
                  JOIN email_forwarders AS forwarder ON forwarder.id = target.forwarder_id
            )
            SELECT up.id FROM up LIMIT most + 1
        );
    END IF;
    IF cardinality(around) > most THEN
        RETURN QUERY SELECT NULL::uuid, ARRAY[]::uuid[];
    ELSE
        RETURN QUERY
        SELECT target.forwarder_id, array_agg(below.id)
          FROM email_forwarder_targets AS target
          JOIN email_forwarders AS below ON below.source = target.address
         WHERE target.forwarder_id = ANY (around)
         GROUP BY target.forwarder_id;
    END IF;
    PERFORM set_config('app.tenant', tenant, true);
END
$$;

REVOKE ALL ON FUNCTION forwarding_around(uuid[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forwarding_around(uuid[], text[]) TO ${service};

COMMENT ON FUNCTION forwarding_fault(text[]) IS
    'For the version before, which may still run while this one starts; forwarding_around takes its place.';
