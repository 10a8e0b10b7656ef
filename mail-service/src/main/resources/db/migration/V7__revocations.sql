-- Whose sessions Dovecot has still to end, and whose logins to forget: a mailbox, or "*@" and the domain for all of one. The row is
-- written with the change, so it is there exactly when the change is, and deleted once Dovecot has done it.
CREATE TABLE revocations (
    login   text        NOT NULL,
    version uuid        NOT NULL DEFAULT gen_random_uuid(),         -- another for each change
    due     timestamptz NOT NULL DEFAULT now(),                     -- later when Dovecot did not answer

    CONSTRAINT revocations_pkey PRIMARY KEY (login)
);
CREATE INDEX revocations_due ON revocations (due);

-- It is deleted by the service for everybody, whoever's request made it, so there is no policy for tenants.
GRANT SELECT, UPDATE, DELETE ON revocations TO ${service};

CREATE FUNCTION revoke_sessions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
BEGIN
    INSERT INTO revocations (login)
    VALUES (CASE TG_TABLE_NAME WHEN 'email_domains' THEN '*@' || OLD.domain ELSE to_jsonb(OLD) ->> 'email' END)
        ON CONFLICT (login) DO UPDATE
           SET version = excluded.version, due = excluded.due;
    RETURN NULL;
END
$$;

CREATE TRIGGER email_accounts_revoke AFTER UPDATE OF enabled, password_hash ON email_accounts
    FOR EACH ROW WHEN (OLD.enabled AND NOT NEW.enabled OR OLD.password_hash <> NEW.password_hash)
    EXECUTE FUNCTION revoke_sessions();
CREATE TRIGGER email_accounts_revoke_deleted AFTER DELETE ON email_accounts
    FOR EACH ROW EXECUTE FUNCTION revoke_sessions();
CREATE TRIGGER email_domains_revoke AFTER UPDATE OF enabled, suspended ON email_domains
    FOR EACH ROW WHEN (OLD.enabled AND NOT NEW.enabled OR NEW.suspended AND NOT OLD.suspended)
    EXECUTE FUNCTION revoke_sessions();

-- What Dovecot has counted goes with the mailbox.
CREATE FUNCTION forget_usage() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ${flyway:defaultSchema}, pg_temp AS $$
BEGIN
    DELETE FROM mta.usage WHERE username = OLD.email;
    RETURN NULL;
END
$$;

CREATE TRIGGER email_accounts_forget_usage AFTER DELETE ON email_accounts
    FOR EACH ROW EXECUTE FUNCTION forget_usage();
