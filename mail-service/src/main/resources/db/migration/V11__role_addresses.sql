-- postmaster (RFC 5321 section 4.5.1) and abuse (RFC 2142 section 4) of every domain that receives: where there is no such
-- mailbox or forwarder, the mail goes elsewhere.

-- What the service was last started with, as far as a view needs it.
CREATE TABLE mail_settings (
    the_only   boolean NOT NULL DEFAULT true,
    postmaster text,

    CONSTRAINT mail_settings_pkey PRIMARY KEY (the_only),
    CONSTRAINT mail_settings_one_row CHECK (the_only),
    CONSTRAINT mail_settings_postmaster_lower_case CHECK (postmaster = lower(postmaster))
);
GRANT SELECT, INSERT, UPDATE ON mail_settings TO ${service};

-- The views read as their owner, whom row-level security binds too.
CREATE POLICY email_domains_role_aliases ON email_domains FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY email_accounts_role_aliases ON email_accounts FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY email_forwarders_role_aliases ON email_forwarders FOR SELECT TO CURRENT_USER USING (true);

-- A mail server asks by the whole address.
CREATE INDEX email_domains_postmaster ON email_domains (('postmaster@' || domain));
CREATE INDEX email_domains_abuse ON email_domains (('abuse@' || domain));

-- Where mail to a role of a domain may go: to the operator, or to the domain's oldest mailbox, one where mail stays before
-- one that passes it on, or to its oldest forwarder.
CREATE VIEW role_destinations AS
SELECT hosted.domain,
       settings.postmaster,
       coalesce((SELECT mailbox.email
                   FROM email_accounts AS mailbox
                   LEFT JOIN email_forwarders AS forwarder ON forwarder.source = mailbox.email AND forwarder.enabled
                  WHERE mailbox.domain = hosted.domain
                    AND mailbox.enabled
                  ORDER BY forwarder.source IS NOT NULL, mailbox.created_at, mailbox.email
                  LIMIT 1),
                (SELECT forwarder.source
                   FROM email_forwarders AS forwarder
                  WHERE forwarder.domain = hosted.domain
                    AND forwarder.enabled
                  ORDER BY forwarder.created_at, forwarder.source
                  LIMIT 1)) AS own
  FROM email_domains AS hosted
  LEFT JOIN mail_settings AS settings ON true
 WHERE hosted.enabled
   AND NOT hosted.suspended;

-- Aliases beside the forwarders. An address that is there and receives is left alone.
CREATE VIEW role_aliases AS
SELECT alias.source, alias.destination
  FROM (SELECT 'postmaster@' || hosted.domain AS source,
               coalesce(nullif(hosted.postmaster, 'postmaster@' || hosted.domain), hosted.own) AS destination
          FROM role_destinations AS hosted
         UNION ALL
        SELECT 'abuse@' || hosted.domain,
               coalesce(nullif(hosted.postmaster, 'abuse@' || hosted.domain), hosted.own)
          FROM role_destinations AS hosted) AS alias
 WHERE alias.destination IS NOT NULL
   AND NOT EXISTS (SELECT FROM email_accounts AS mailbox WHERE mailbox.email = alias.source AND mailbox.enabled)
   AND NOT EXISTS (SELECT FROM email_forwarders AS own WHERE own.source = alias.source AND own.enabled);
