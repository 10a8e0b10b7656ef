-- Addresses that were deleted, for as long as nobody else gets them; and of a mailbox the folder its mail is in, until that is removed.
-- While the row is there, no other mailbox has that folder.
CREATE TABLE deleted_addresses (
    id          uuid        NOT NULL DEFAULT gen_random_uuid(),
    tenant_id   bigint      NOT NULL,
    address     text        NOT NULL,
    registrable text        NOT NULL,
    -- below the folder of all mail, and which one of that address it was; NULL for a forwarder
    folder      text,
    generation  integer,
    -- others may not have the address yet; what an operation takes back that it made itself is not kept from anybody
    quarantined boolean     NOT NULL DEFAULT true,
    deleted_at  timestamptz NOT NULL DEFAULT now(),
    -- what the mover has done, and may do
    moved       boolean     NOT NULL DEFAULT false,
    over        boolean     NOT NULL DEFAULT false,

    CONSTRAINT deleted_addresses_pkey PRIMARY KEY (id),
    CONSTRAINT deleted_addresses_of_mailbox CHECK ((folder IS NULL) = (generation IS NULL))
);
CREATE INDEX deleted_addresses_of_claim ON deleted_addresses (registrable, deleted_at);
CREATE INDEX deleted_addresses_generation ON deleted_addresses (address, generation);
CREATE INDEX deleted_addresses_to_do ON deleted_addresses (deleted_at) WHERE NOT moved OR over;
CREATE INDEX deleted_addresses_age ON deleted_addresses (deleted_at) WHERE NOT over;

ALTER TABLE deleted_addresses ENABLE ROW LEVEL SECURITY;
ALTER TABLE deleted_addresses FORCE ROW LEVEL SECURITY;
CREATE POLICY deleted_addresses_tenant ON deleted_addresses
    USING (current_setting('app.tenant', true) IN ('*', tenant_id::text));
-- the triggers and the mover's functions act for everybody
CREATE POLICY deleted_addresses_kept ON deleted_addresses TO CURRENT_USER USING (true);
CREATE POLICY domain_claims_shown ON domain_claims FOR SELECT TO CURRENT_USER USING (true);
GRANT SELECT, UPDATE (quarantined, over), DELETE ON deleted_addresses TO ${service};

-- The mail of each mailbox that ever had an address is in a folder of its own. '+' is in no local part, so no other has it.
ALTER TABLE email_accounts ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE email_accounts ADD COLUMN folder text NOT NULL GENERATED ALWAYS AS
    (domain || '/' || username || CASE WHEN generation > 1 THEN '+' || generation::text ELSE '' END) STORED;
ALTER TABLE email_accounts ADD CONSTRAINT email_accounts_generation_positive CHECK (generation >= 1);

-- Asked when the address is the new mailbox's already, so whoever deleted the one before has committed.
CREATE FUNCTION choose_generation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
BEGIN
    NEW.generation := 1 + coalesce((SELECT max(generation) FROM deleted_addresses WHERE address = NEW.email), 0);
    RETURN NEW;
END
$$;
CREATE TRIGGER email_accounts_choose_generation BEFORE INSERT ON email_accounts
    FOR EACH ROW EXECUTE FUNCTION choose_generation();

-- The claim goes after all that is below it, so it is still there.
CREATE FUNCTION remember_address() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
DECLARE
    gone   jsonb  := to_jsonb(OLD);
    labels text[] := string_to_array(OLD.domain, '.');
BEGIN
    INSERT INTO deleted_addresses (tenant_id, address, registrable, folder, generation)
    SELECT OLD.tenant_id, coalesce(gone ->> 'email', gone ->> 'source'), claim.registrable, gone ->> 'folder',
           (gone ->> 'generation')::integer
      FROM domain_claims AS claim
     WHERE claim.tenant_id = OLD.tenant_id
       AND claim.registrable = ANY (ARRAY (SELECT array_to_string(labels[first:], '.')
                                             FROM generate_subscripts(labels, 1) AS first));
    RETURN NULL;
END
$$;
CREATE TRIGGER email_accounts_remember AFTER DELETE ON email_accounts
    FOR EACH ROW EXECUTE FUNCTION remember_address();
CREATE TRIGGER email_forwarders_remember AFTER DELETE ON email_forwarders
    FOR EACH ROW WHEN (NOT OLD.on_mailbox) EXECUTE FUNCTION remember_address();

-- Whether a mail domain may not be made: it, or its registrable domain, is another's or there already, or an address below was
-- another's until lately. One answer for all of these, and it says nothing but yes or no.
CREATE FUNCTION domain_taken(asked_domain text, asked_registrable text, asked_tenant bigint, quarantine interval)
    RETURNS boolean LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    tenant text := current_setting('app.tenant');
    taken  boolean;
BEGIN
    taken := domain_taken(asked_domain, asked_registrable, asked_tenant);
    PERFORM set_config('app.tenant', '*', true);
    taken := taken
          OR EXISTS (SELECT
                       FROM deleted_addresses
                      WHERE registrable = asked_registrable
                        AND tenant_id <> asked_tenant
                        AND quarantined
                        AND deleted_at > now() - quarantine);
    PERFORM set_config('app.tenant', tenant, true);
    RETURN taken;
END
$$;
REVOKE ALL ON FUNCTION domain_taken(text, text, bigint, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION domain_taken(text, text, bigint, interval) TO ${service};

-- Where Dovecot finds the mail; the column is the last, as it has to be in a view that was there before.
CREATE OR REPLACE VIEW mta.auth AS
SELECT a.email, a.domain, a.username, a.password_hash, a.quota_mb, a.folder
  FROM email_accounts a
  JOIN mta.domains USING (domain)
 WHERE a.enabled;

CREATE OR REPLACE VIEW mta.app_auth AS
SELECT a.email, a.domain, a.username, a.quota_mb, p.token_sha256, p.protocols, a.folder
  FROM email_accounts a
  JOIN mta.domains USING (domain)
  JOIN app_passwords p ON p.mailbox_id = a.id
 WHERE a.enabled
   AND (p.expires_at IS NULL OR p.expires_at > now());

-- What is to be done with the mail of deleted mailboxes, for the mover (deploy/dovecot/move-deleted): put it aside, or remove it.
CREATE VIEW mta.deleted AS
SELECT id, folder, over, deleted_at
  FROM deleted_addresses
 WHERE folder IS NOT NULL
   AND (NOT moved OR over);

CREATE FUNCTION mta.deleted_moved(ids uuid[]) RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
    WITH done AS (UPDATE deleted_addresses SET moved = true WHERE id = ANY (ids) AND NOT moved RETURNING 1)
    SELECT count(*) FROM done
$$;

-- Only what is over: a mistake of the mover's frees no folder too early.
CREATE FUNCTION mta.deleted_removed(ids uuid[]) RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
    WITH done AS (DELETE FROM deleted_addresses WHERE id = ANY (ids) AND over RETURNING 1)
    SELECT count(*) FROM done
$$;
REVOKE ALL ON FUNCTION mta.deleted_moved(uuid[]), mta.deleted_removed(uuid[]) FROM PUBLIC;

CREATE OR REPLACE PROCEDURE mta.admit_dovecot(role text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA mta TO %I', role);
    EXECUTE format('GRANT SELECT ON mta.auth, mta.app_auth, mta.deleted TO %I', role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON mta.usage TO %I', role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION mta.deleted_moved(uuid[]), mta.deleted_removed(uuid[]) TO %I', role);
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hostwright_dovecot') THEN
        CALL mta.admit_dovecot('hostwright_dovecot');
    END IF;
END
$$;
