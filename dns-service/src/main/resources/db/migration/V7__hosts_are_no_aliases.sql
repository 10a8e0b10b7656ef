-- What leads to a host, by that host: whoever makes it a CNAME is told so.
CREATE INDEX dns_records_of_host ON dns_records (zone_id, (substring(content FROM '[^ ]+$')))
    WHERE type IN ('MX', 'NS', 'SRV');
