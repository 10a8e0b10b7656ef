package dev.hostwright.mail;

import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** What an operator sets; the environment variables and defaults are in {@code application.properties}. */
@ConfigMapping(prefix = "mail")
public interface MailConfig {

    /** The folder above all mailboxes. */
    String mailboxRoot();

    /** The host that receives for every domain; empty for {@code mail.<domain>}. */
    Optional<String> mxHost();

    /** The host that mail programs talk to, for every domain; empty for the one that receives. */
    Optional<String> clientHost();

    Quotas quota();

    Passwords password();

    Hashing hashing();

    Forwarding forwarding();

    Doveadm doveadm();

    /** Who gets the mail to postmaster and abuse of a domain that has no such address; empty for its own mailbox. */
    Optional<String> postmaster();

    Dkim dkim();

    TlsReports tlsReports();

    MtaSts mtaSts();

    /** Local parts that only an operator gives out. */
    Set<String> reservedLocalParts();

    /** Mailboxes made together with a domain in one request, at most. */
    int maxMailboxesPerRequest();

    /** Forwarders made together with a domain in one request, at most. */
    int maxForwardersPerRequest();

    /** How long it is remembered that an id was deleted; longer than any request can be late. */
    Duration tombstoneLife();

    /** How long a deleted address, with what is left of its domain, is given to no other tenant. */
    Duration addressQuarantine();

    /** In MiB. */
    interface Quotas {
        int defaultMb();

        int maxMb();
    }

    /** What a mailbox password must be. */
    interface Passwords {
        /** In bytes of UTF-8, 8 to 72. */
        int minBytes();
    }

    /** The threads that work on nothing but bcrypt. */
    interface Hashing {
        /** 0 for as many as there are processors. */
        int threads();

        /** How many may wait for each thread; who comes then is told to come again. */
        int queuePerThread();

        /** How many of them, those being hashed counted, may be one tenant's; half of all at most. */
        int tenantQueuePerThread();
    }

    /** How Dovecot is told to end sessions. */
    interface Doveadm {
        /** Of its doveadm service over HTTP; empty when there is no Dovecot to tell. */
        Optional<URI> url();

        /** Its {@code doveadm_api_key}. */
        Optional<String> key();
    }

    /** The keys that outgoing mail is signed with. */
    interface Dkim {
        /** Keys made ahead of need, in memory. */
        int stock();

        /** How long a key is in the zone before it signs; longer than anybody remembers that it was not there. */
        Duration publishTime();

        /** How long a key stays in the zone when it signs no more; longer than a message is under way. */
        Duration retiredTime();

        /** How often it is looked for keys whose time has come, and for domains without. */
        Duration checkEvery();
    }

    /** Reports about servers that could not encrypt what they sent to a domain (RFC 8460). */
    interface TlsReports {
        /** Where they are sent, {@code mailto:} or {@code https:}; empty for the domain's postmaster. */
        Optional<URI> rua();
    }

    /** That others shall send to a domain by TLS only (RFC 8461). */
    interface MtaSts {
        /** The web server that hands {@code /.well-known/mta-sts.txt} on to this service; empty for none. */
        Optional<String> host();

        /** Whether what cannot be encrypted is only reported, or not sent. */
        Mode mode();

        /** Of a policy (section 5). */
        enum Mode {
            TESTING,
            ENFORCE
        }
    }

    /** How far mail may be passed on. */
    interface Forwarding {
        /** Addresses that one forwarder passes on to, 1 to 100. */
        int maxDestinations();
    }
}
