-- Where a zone is cut is looked for with each record that a name server is shown, so the index has the cuts only: the NS
-- records of the apex, which every zone has, are none. The view shows what it did before.
DROP INDEX dns_records_cuts;
CREATE INDEX dns_records_cuts ON dns_records (pdns_zone_id, name) WHERE type = 'NS' AND name <> zone_domain;

CREATE OR REPLACE VIEW pdns.records AS
SELECT r.pdns_zone_id AS domain_id, r.name, r.type, r.content, r.ttl, r.prio, false AS disabled,
       CASE WHEN NOT EXISTS (SELECT
                               FROM dns_records cut
                              WHERE cut.pdns_zone_id = r.pdns_zone_id
                                AND cut.type = 'NS'
                                AND cut.name <> cut.zone_domain
                                AND right(r.name, length(cut.name) + 1) = '.' || cut.name)
            THEN pdns.ordername(r.name, r.zone_domain) END AS ordername,
       NOT EXISTS (SELECT
                     FROM dns_records cut
                    WHERE cut.pdns_zone_id = r.pdns_zone_id
                      AND cut.type = 'NS'
                      AND cut.name <> cut.zone_domain
                      AND (cut.name = r.name AND r.type <> 'DS'
                           OR right(r.name, length(cut.name) + 1) = '.' || cut.name)) AS auth
  FROM dns_records r
 UNION ALL
SELECT p.domain_id, p.name, NULL::text, NULL::text, NULL::integer, NULL::integer, false, NULL::text, true
  FROM pdns.parents p
 WHERE NOT EXISTS (SELECT
                     FROM dns_records own
                    WHERE own.pdns_zone_id = p.domain_id
                      AND own.name = p.name)
   AND NOT EXISTS (SELECT
                     FROM dns_records cut
                    WHERE cut.pdns_zone_id = p.domain_id
                      AND cut.type = 'NS'
                      AND cut.name <> cut.zone_domain
                      AND right(p.name, length(cut.name) + 1) = '.' || cut.name);
