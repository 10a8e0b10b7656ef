package dev.hostwright.mail.mailbox;

import io.vertx.mutiny.sqlclient.Row;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How much is in a mailbox, as Dovecot has counted it with the last message; nothing before the first.
 *
 * @param bytes of all messages, with line ends of two bytes, as they count against the quota
 * @param quotaMb what it may hold, in MiB; 0 is unlimited
 * @param overQuota it holds more than that, since the quota was lowered: nothing is taken in until there is room
 */
@Schema(
        name = "MailboxUsage",
        requiredProperties = {"bytes", "messages", "quotaMb", "overQuota"})
public record Usage(long bytes, long messages, int quotaMb, boolean overQuota) {

    private static final int MIB_SHIFT = 20;

    static Usage from(Row row) {
        long bytes = row.getLong("bytes");
        int quotaMb = row.getInteger("quota_mb");
        return new Usage(bytes, row.getLong("messages"), quotaMb, isOver(bytes, quotaMb));
    }

    /** Whether so much is more than a quota allows. */
    static boolean isOver(long bytes, int quotaMb) {
        return quotaMb > 0 && bytes > (long) quotaMb << MIB_SHIFT;
    }
}
