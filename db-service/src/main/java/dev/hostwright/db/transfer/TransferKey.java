package dev.hostwright.db.transfer;

import java.util.UUID;

/** Of which database, and which of its transfers; as text, what its lock and its files are called. */
public record TransferKey(UUID database, UUID id) {
    @Override
    public String toString() {
        return database + "." + id;
    }
}
