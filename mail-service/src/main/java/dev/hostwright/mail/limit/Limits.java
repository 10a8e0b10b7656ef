package dev.hostwright.mail.limit;

import dev.hostwright.mail.problem.Fault;
import io.vertx.mutiny.sqlclient.Row;
import java.util.Optional;

/**
 * How much a mail domain may have; what is empty is without a limit. What is there already stays: only more is refused.
 *
 * @param quotaMb of all its mailboxes together, in MiB
 */
public record Limits(Optional<Integer> mailboxes, Optional<Integer> forwarders, Optional<Integer> quotaMb) {

    public static final Limits NONE = new Limits(Optional.empty(), Optional.empty(), Optional.empty());

    public static Limits from(Row row) {
        return new Limits(
                Optional.ofNullable(row.getInteger("max_mailboxes")),
                Optional.ofNullable(row.getInteger("max_forwarders")),
                Optional.ofNullable(row.getInteger("max_quota_mb")));
    }

    /** What the mailboxes of a domain may hold together; one without a limit may hold anything. */
    record Given(long mailboxes, long quotaMb, boolean unlimited) {

        static Given from(Row row) {
            return new Given(row.getLong("mailboxes"), row.getLong("quota_mb"), row.getBoolean("unlimited"));
        }
    }

    /** Refuses when there is now one mailbox too many, or they may hold too much. */
    void checkMailboxes(Given given) {
        mailboxes.filter(most -> given.mailboxes() > most).ifPresent(most -> {
            throw new Fault.Conflict(
                            "/email", "too_many_mailboxes", "The domain may have %d mailboxes.".formatted(most))
                    .toException();
        });
        checkQuota(given);
    }

    void checkQuota(Given given) {
        quotaMb.filter(most -> given.unlimited() || given.quotaMb() > most).ifPresent(most -> {
            throw new Fault.Conflict(
                            "/quotaMb",
                            "domain_quota_exceeded",
                            "The mailboxes of the domain may hold %d MiB together, and none is without a limit."
                                    .formatted(most))
                    .toException();
        });
    }

    void checkForwarders(long there) {
        forwarders.filter(most -> there > most).ifPresent(most -> {
            throw new Fault.Conflict(
                            "/source", "too_many_forwarders", "The domain may have %d forwarders.".formatted(most))
                    .toException();
        });
    }
}
