-- A key with which a secondary fetches the MASTER zones, all of them. As a superuser, for each key:
--
--   psql -v ON_ERROR_STOP=1 -v key=second -v secret="$(openssl rand -base64 32)" -d hostwright_dns -f secondary.sql
--
-- The name is in lower case and without a final dot; the algorithm is hmac-sha256.

WITH tsig AS (
    INSERT INTO pdns.tsigkeys (name, algorithm, secret)
    VALUES (:'key', 'hmac-sha256', :'secret')
        ON CONFLICT (name, algorithm) DO UPDATE SET secret = excluded.secret
    RETURNING name
)
INSERT INTO pdns.secondaries (tsig_key)
SELECT name
  FROM tsig
    ON CONFLICT DO NOTHING;
