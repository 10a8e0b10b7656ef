package dev.hostwright.mail.domain;

import dev.hostwright.mail.MailConfig;
import dev.hostwright.mail.MailDomain;
import java.net.URI;
import java.util.Optional;

/**
 * What the operator says about where mail goes.
 *
 * @param mxHost receives for every domain, or nothing when each has its own
 * @param clientHost what mail programs talk to, or nothing when it is the one that receives
 * @param mtaStsHost where policies are served, or nothing when they are not
 * @param mtaStsMode what they say
 * @param tlsReports where reports about failed encryption go, or nothing for the domain's postmaster
 */
record MailServers(
        Optional<MailDomain> mxHost,
        Optional<MailDomain> clientHost,
        Optional<MailDomain> mtaStsHost,
        MailConfig.MtaSts.Mode mtaStsMode,
        Optional<URI> tlsReports) {

    static MailServers of(MailConfig config) {
        return new MailServers(
                config.mxHost().map(MailDomain::parse),
                config.clientHost().map(MailDomain::parse),
                config.mtaSts().host().map(MailDomain::parse),
                config.mtaSts().mode(),
                config.tlsReports().rua());
    }

    /** The host of a domain's MX. */
    String mx(MailDomain domain) {
        return mxHost.map(MailDomain::value).orElse("mail." + domain);
    }

    /** The host of a domain's submission and IMAP. */
    String client(MailDomain domain) {
        return clientHost.map(MailDomain::value).orElseGet(() -> mx(domain));
    }

    /** What a domain asks of those who send to it. */
    MtaStsPolicy policy(MailDomain domain) {
        return new MtaStsPolicy(mtaStsMode, mx(domain));
    }

    String reports(MailDomain domain) {
        return tlsReports.map(URI::toString).orElse("mailto:postmaster@" + domain);
    }
}
