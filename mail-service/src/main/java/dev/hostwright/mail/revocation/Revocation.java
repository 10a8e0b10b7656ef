package dev.hostwright.mail.revocation;

import io.vertx.mutiny.sqlclient.Row;
import java.util.UUID;

/**
 * Sessions that are to end.
 *
 * @param login a mailbox's address, or {@code *@} and a domain for all of its mailboxes
 * @param version another for each change that asks for it
 */
record Revocation(String login, UUID version) {

    static Revocation from(Row row) {
        return new Revocation(row.getString("login"), row.getUUID("version"));
    }
}
