CREATE TABLE email_forwarders (
    id          uuid        NOT NULL,
    tenant_id   bigint      NOT NULL,
    domain      text        NOT NULL,
    source      text        NOT NULL,
    -- as the mail server reads it: addresses with a comma between them, the source itself among them to keep a copy
    destination text        NOT NULL,
    keep_copy   boolean     NOT NULL DEFAULT false,
    on_mailbox  boolean     NOT NULL DEFAULT false,
    enabled     boolean     NOT NULL DEFAULT true,
    kind        text        NOT NULL
        GENERATED ALWAYS AS (CASE WHEN on_mailbox THEN 'mailbox' ELSE 'forwarder' END) STORED,
    made_by     uuid,
    fence       bigint      NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT email_forwarders_pkey PRIMARY KEY (id),
    CONSTRAINT email_forwarders_source_key UNIQUE (source),
    CONSTRAINT email_forwarders_tenant_key UNIQUE (id, tenant_id),
    CONSTRAINT email_forwarders_address_fkey FOREIGN KEY (source, tenant_id, domain, kind)
        REFERENCES email_addresses (address, tenant_id, domain, kind) ON DELETE CASCADE,
    CONSTRAINT email_forwarders_in_domain CHECK (right(source, length(domain) + 1) = '@' || domain),
    CONSTRAINT email_forwarders_destination_length CHECK (length(destination) BETWEEN 1 AND 8192),
    CONSTRAINT email_forwarders_copy_means_own_address
        CHECK (keep_copy = (source = ANY (string_to_array(destination, ',')))),
    CONSTRAINT email_forwarders_copy_needs_mailbox CHECK (on_mailbox OR NOT keep_copy),
    CONSTRAINT email_forwarders_fence_not_negative CHECK (fence >= 0)
);

CREATE INDEX email_forwarders_of_tenant ON email_forwarders (tenant_id, source);
CREATE INDEX email_forwarders_of_domain ON email_forwarders (domain, source);

-- The edges of the forwarding graph: where mail goes on to, in lower case and without a detail ("+x"); never the
-- forwarder's own address kept for a copy.
CREATE TABLE email_forwarder_targets (
    forwarder_id uuid   NOT NULL,
    tenant_id    bigint NOT NULL,
    position     integer NOT NULL,
    address      text   NOT NULL,

    CONSTRAINT email_forwarder_targets_pkey PRIMARY KEY (forwarder_id, position),
    CONSTRAINT email_forwarder_targets_forwarder_fkey FOREIGN KEY (forwarder_id, tenant_id)
        REFERENCES email_forwarders (id, tenant_id) ON DELETE CASCADE,
    CONSTRAINT email_forwarder_targets_lower_case CHECK (address = lower(address)),
    CONSTRAINT email_forwarder_targets_position_positive CHECK (position >= 1)
);

CREATE INDEX email_forwarder_targets_to ON email_forwarder_targets (address);

ALTER TABLE email_forwarders ENABLE ROW LEVEL SECURITY;
ALTER TABLE email_forwarders FORCE ROW LEVEL SECURITY;
CREATE POLICY email_forwarders_tenant ON email_forwarders
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));

ALTER TABLE email_forwarder_targets ENABLE ROW LEVEL SECURITY;
ALTER TABLE email_forwarder_targets FORCE ROW LEVEL SECURITY;
CREATE POLICY email_forwarder_targets_tenant ON email_forwarder_targets
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));

GRANT SELECT, INSERT, UPDATE, DELETE ON email_forwarders, email_forwarder_targets TO ${service};

-- Whether a mail domain may not be made because it, or its registrable domain, is another's or there already.
-- Asked before passwords are hashed; the constraints decide. It sees all tenants, and says nothing but yes or no.
CREATE FUNCTION domain_taken(asked_domain text, asked_registrable text, asked_tenant bigint) RETURNS boolean
    LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    tenant text := current_setting('app.tenant');
    taken  boolean;
BEGIN
    PERFORM set_config('app.tenant', '*', true);
    taken := EXISTS (SELECT FROM email_domains WHERE domain = asked_domain)
          OR EXISTS (SELECT FROM domain_claims WHERE registrable = asked_registrable AND tenant_id <> asked_tenant);
    PERFORM set_config('app.tenant', tenant, true);
    RETURN taken;
END
$$;

-- The search of the next function, among the rows that may be seen.
CREATE FUNCTION visible_forwarding_fault(sources text[]) RETURNS TABLE (place integer, code text)
    LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
    max_depth     CONSTANT integer := 10;
    max_addresses CONSTANT integer := 100;
    -- a graph within the limits has no more paths below one address, and no loop is longer than one request can make it
    max_paths     CONSTANT integer := 1001;
    search_depth  CONSTANT integer := 25;
    -- of the addresses above, more than anybody has who does not mean harm
    max_above     CONSTANT integer := 2000;
BEGIN
    RETURN QUERY
    WITH RECURSIVE down AS (
        SELECT asked.place, asked.source AS origin, target.address, 1 AS depth
          FROM unnest(sources) WITH ORDINALITY AS asked (source, place)
          JOIN email_forwarders forwarder ON forwarder.source = asked.source
          JOIN email_forwarder_targets target ON target.forwarder_id = forwarder.id
         UNION
        SELECT down.place, down.origin, target.address, down.depth + 1
          FROM down
          JOIN email_forwarders forwarder ON forwarder.source = down.address
          JOIN email_forwarder_targets target ON target.forwarder_id = forwarder.id
         WHERE down.depth < search_depth
           AND down.address <> down.origin
    ), up AS (
        SELECT asked.place, asked.source AS address, 0 AS depth
          FROM unnest(sources) WITH ORDINALITY AS asked (source, place)
         UNION
        SELECT up.place, forwarder.source, up.depth + 1
          FROM up
          JOIN email_forwarder_targets target ON target.address = up.address
          JOIN email_forwarders forwarder ON forwarder.id = target.forwarder_id
         WHERE up.depth <= max_depth
    ), verdict AS (
        SELECT down.place, 'forwarding_loop' AS code, 1 AS severity
          FROM down
         WHERE down.address = down.origin
         UNION ALL
        SELECT below.place, 'forwarding_too_deep', 2
          FROM (SELECT down.place, max(down.depth) AS depth FROM down GROUP BY down.place) AS below
          JOIN (SELECT up.place, max(up.depth) AS depth FROM up GROUP BY up.place) AS above USING (place)
         WHERE below.depth + above.depth > max_depth
    )
    SELECT verdict.place::integer, verdict.code
      FROM verdict
     ORDER BY verdict.severity, verdict.place
     LIMIT 1;
    IF FOUND THEN
        RETURN;
    END IF;

    RETURN QUERY
    WITH RECURSIVE up AS (
        SELECT asked.place, asked.source AS address
          FROM unnest(sources) WITH ORDINALITY AS asked (source, place)
         UNION
        SELECT up.place, forwarder.source
          FROM up
          JOIN email_forwarder_targets target ON target.address = up.address
          JOIN email_forwarders forwarder ON forwarder.id = target.forwarder_id
    )
    SELECT up.place::integer, 'forwarding_too_wide'
      FROM (SELECT up.place, up.address FROM up LIMIT max_above) AS up
     CROSS JOIN LATERAL (
        SELECT count(*) AS paths,
               count(*) FILTER (WHERE forwarder.source IS NULL OR forwarder.keep_copy) AS addresses
          FROM (
            WITH RECURSIVE walk AS (
                SELECT up.address
                 UNION ALL
                SELECT target.address
                  FROM walk
                  JOIN email_forwarders forwarder ON forwarder.source = walk.address
                  JOIN email_forwarder_targets target ON target.forwarder_id = forwarder.id
            )
            SELECT walk.address FROM walk LIMIT max_paths
          ) AS reached
          LEFT JOIN email_forwarders forwarder ON forwarder.source = reached.address
     ) AS expansion
     WHERE expansion.addresses > max_addresses
        OR expansion.paths >= max_paths
     ORDER BY up.place
     LIMIT 1;
END
$$;

-- What is wrong with the forwarders of these sources, which the transaction has just written: the place in the array
-- and a word, or no row. The mail server passes mail on over 10 forwarders and to 100 addresses at most, and a loop makes
-- it put the message off for days.
--
-- It sees all tenants' forwarders, the switched-off ones too. The lock, held until the commit, makes a second writer
-- wait, and its queries then see what the first has written: of two forwarders that would close a loop, one is refused.
CREATE FUNCTION forwarding_fault(sources text[]) RETURNS TABLE (place integer, code text)
    LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    tenant text := current_setting('app.tenant');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('forwarding', 0));
    PERFORM set_config('app.tenant', '*', true);
    RETURN QUERY SELECT fault.place, fault.code FROM visible_forwarding_fault(sources) AS fault;
    PERFORM set_config('app.tenant', tenant, true);
END
$$;

REVOKE ALL ON FUNCTION domain_taken(text, text, bigint), visible_forwarding_fault(text[]), forwarding_fault(text[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION domain_taken(text, text, bigint), visible_forwarding_fault(text[]), forwarding_fault(text[])
    TO ${service};
