-- How much a domain may have; NULL is without a limit.
ALTER TABLE email_domains
    ADD COLUMN max_mailboxes  integer,
    ADD COLUMN max_forwarders integer,
    ADD COLUMN max_quota_mb   integer,
    ADD CONSTRAINT email_domains_limits_not_negative
        CHECK (max_mailboxes >= 0 AND max_forwarders >= 0 AND max_quota_mb >= 0);
