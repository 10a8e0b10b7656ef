package dev.hostwright.mail.revocation;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;

/** What Dovecot has still to be told. The rows are written by triggers, with each change. */
@ApplicationScoped
class RevocationRepository {

    private static final String DUE = """
            SELECT login, version
              FROM revocations
             WHERE due <= now()
             ORDER BY due
             LIMIT $1
            """;

    /** One that was asked for again meanwhile stays. */
    private static final String DONE = """
            DELETE FROM revocations
             USING unnest($1::text[], $2::uuid[]) AS done (login, version)
             WHERE revocations.login = done.login
               AND revocations.version = done.version
            """;

    private static final String LATER = """
            UPDATE revocations
               SET due = now() + interval '1 second'
             WHERE login = ANY ($1)
            """;

    private final Pool pool;

    RevocationRepository(Pool pool) {
        this.pool = pool;
    }

    /** Those that wait longest. */
    Uni<List<Revocation>> due(int limit) {
        return pool.preparedQuery(DUE)
                .mapping(Revocation::from)
                .execute(Tuple.of(limit))
                .map(rows -> rows.stream().toList());
    }

    Uni<Void> done(List<Revocation> done) {
        return pool.preparedQuery(DONE)
                .execute(Tuple.of(
                        logins(done), done.stream().map(Revocation::version).toArray(UUID[]::new)))
                .replaceWithVoid();
    }

    /** Dovecot did not take those. */
    Uni<Void> later(List<Revocation> waiting) {
        return pool.preparedQuery(LATER)
                .execute(Tuple.of((Object) logins(waiting)))
                .replaceWithVoid();
    }

    private static String[] logins(List<Revocation> revocations) {
        return revocations.stream().map(Revocation::login).toArray(String[]::new);
    }
}
