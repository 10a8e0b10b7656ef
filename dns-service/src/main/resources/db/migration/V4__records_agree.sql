-- The same rule as before, with look-ups that can only go by an index. As joins they were planned while the tables were
-- empty, and each session kept that plan: all zones and all records were read for every change, until statistics came.
CREATE OR REPLACE FUNCTION dns_records_agree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    IF NOT EXISTS (SELECT FROM written WHERE type <> 'SOA') THEN
        RETURN NULL;
    END IF;
    PERFORM FROM dns_zones WHERE id = ANY (ARRAY(SELECT DISTINCT zone_id FROM written)) ORDER BY id FOR NO KEY UPDATE;
    SELECT names.name, here.beside_cname
      INTO wrong
      FROM (SELECT DISTINCT zone_id, name FROM written) names
     CROSS JOIN LATERAL (
           SELECT bool_or(type = 'CNAME') AND bool_or(type NOT IN ('CNAME', 'RRSIG', 'NSEC', 'KEY')) AS beside_cname,
                  count(DISTINCT (type, ttl)) FILTER (WHERE type <> 'RRSIG')
                  > count(DISTINCT type) FILTER (WHERE type <> 'RRSIG') AS two_ttls
             FROM dns_records r
            WHERE r.zone_id = names.zone_id
              AND r.name = names.name) here
     WHERE here.beside_cname OR here.two_ttls
     LIMIT 1;
    IF FOUND AND wrong.beside_cname THEN
        RAISE EXCEPTION 'a CNAME is not alone at %', wrong.name
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'dns_records_cname_alone', TABLE = 'dns_records';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'an RRset has two TTLs at %', wrong.name
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'dns_records_one_ttl', TABLE = 'dns_records';
    END IF;
    RETURN NULL;
END
$$;
