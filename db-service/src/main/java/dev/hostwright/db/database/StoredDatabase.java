package dev.hostwright.db.database;

import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.pool.DatabaseClass;
import dev.hostwright.db.quota.QuotaStep;
import dev.hostwright.db.role.Password;
import dev.hostwright.db.role.ScramVerifier;
import dev.hostwright.db.server.Server;
import io.vertx.mutiny.sqlclient.Row;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;

/** A row of {@code databases}, with its owner's login and what the server's catalog says. */
record StoredDatabase(
        UUID id,
        long tenantId,
        String name,
        PhysicalName physical,
        DatabaseClass kind,
        Optional<Owner> owner,
        int connectionLimit,
        DatabaseStatus status,
        boolean suspended,
        boolean suspensionAsked,
        QuotaStep quotaStep,
        Optional<UUID> madeBy,
        long fence,
        OffsetDateTime createdAt,
        OffsetDateTime updatedAt,
        Optional<Kept> kept) {

    /** What it was called on the server before it was deleted, and how long it is kept. */
    record Kept(PhysicalName physical, OffsetDateTime deletedAt, OffsetDateTime until) {

        static Optional<Kept> from(Row row) {
            return Optional.ofNullable(row.getString("physical_before"))
                    .map(physical -> new Kept(
                            new PhysicalName(physical),
                            row.getOffsetDateTime("deleted_at"),
                            row.getOffsetDateTime("purge_after")));
        }
    }

    /** The login that owns what is in it; {@code madeWith} says that it goes with the database. */
    record Owner(String username, PhysicalName physical, ScramVerifier verifier, boolean madeWith) {}

    static StoredDatabase from(Row row) {
        return new StoredDatabase(
                row.getUUID("id"),
                row.getLong("tenant_id"),
                row.getString("name"),
                new PhysicalName(row.getString("physical")),
                DatabaseClass.of(row.getString("class")),
                Optional.ofNullable(row.getString("username"))
                        .map(username -> new Owner(
                                username,
                                new PhysicalName(row.getString("login")),
                                new ScramVerifier(row.getString("verifier")),
                                row.getBoolean("made_with"))),
                row.getInteger("connection_limit"),
                DatabaseStatus.of(row.getString("status")),
                row.getBoolean("suspended"),
                row.getBoolean("suspension_asked"),
                QuotaStep.of(row.getString("quota_step")),
                Optional.ofNullable(row.getUUID("made_by")),
                row.getLong("fence"),
                row.getOffsetDateTime("created_at"),
                row.getOffsetDateTime("updated_at"),
                Kept.from(row));
    }

    boolean hasLoginOfItsOwn() {
        return owner.filter(Owner::madeWith).isPresent();
    }

    /** Whether it is called as it is to be after a restoration. */
    boolean isNamed(RestoreRequest request) {
        return request.name().map(wanted -> wanted.value().equals(name)).orElse(true)
                && request.username()
                        .map(wanted -> owner.filter(Owner::madeWith)
                                .map(Owner::username)
                                .equals(Optional.of(wanted.value())))
                        .orElse(true);
    }

    /** Whether the request asks for this; its password is looked at elsewhere, because that takes time. */
    boolean isWhat(DatabaseRequest request) {
        Optional<String> made = owner.filter(Owner::madeWith).map(Owner::username);
        Optional<String> given = owner.filter(login -> !login.madeWith()).map(Owner::username);
        return name.equals(request.name().value())
                && made.equals(request.username().map(Object::toString))
                && given.equals(request.owner().map(Object::toString))
                && request.connectionLimit()
                        .map(limit -> limit.value() == connectionLimit)
                        .orElse(true);
    }

    Database shown(Server server) {
        return shown(server, Optional.empty(), false);
    }

    /** The answer that made it: with the password in the connection string, and on its own if it was made here. */
    Database shown(Server server, Optional<Password> secret, boolean generated) {
        Optional<String> login = owner.map(Owner::physical).map(PhysicalName::value);
        Optional<String> username = owner.map(Owner::username);
        String named = kept.map(Kept::physical).orElse(physical).value();
        ConnectionStrings strings = ConnectionStrings.of(
                login, secret.map(Password::plain), server.publicHost(), server.publicPort(), named);
        return new Database(
                id,
                tenantId,
                name,
                username,
                server.publicHost(),
                server.publicPort(),
                strings.uri(),
                strings,
                secret.filter(any -> generated).map(Password::plain),
                Optional.of(named).filter(given -> !given.equals(name)),
                login.filter(given -> !username.equals(Optional.of(given))),
                kind.encoding(),
                kind.locale(),
                kind.template(),
                connectionLimit,
                status,
                suspended,
                quotaStep,
                createdAt.toInstant(),
                updatedAt.toInstant(),
                kept.map(Kept::deletedAt).map(OffsetDateTime::toInstant),
                kept.map(Kept::until).map(OffsetDateTime::toInstant));
    }
}
