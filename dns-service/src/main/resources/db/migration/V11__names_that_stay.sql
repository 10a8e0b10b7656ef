-- A connection keeps the plan it made for one record, and a join of one with one is too slow for ten thousand with ten thousand.
CREATE OR REPLACE FUNCTION pdns.move_parents() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pdns, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT id, name FROM added EXCEPT SELECT id, name FROM removed) THEN
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
