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

    Quotas quota();

    Passwords password();

    Hashing hashing();

    Forwarding forwarding();

    Doveadm doveadm();

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

    /** How far mail may be passed on. */
    interface Forwarding {
        /** Addresses that one forwarder passes on to, 1 to 100. */
        int maxDestinations();
    }
}
