package dev.hostwright.db.server;

import dev.hostwright.db.problem.Fault;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.pgclient.PgException;
import java.util.Set;

/** What PostgreSQL's refusals mean for the one who asked, by SQLSTATE and by the name of the constraint. */
public final class SqlFailure {

    private static final int RETRY_AFTER_SECONDS = 2;
    private static final int RETRY_WHEN_FULL_SECONDS = 30;
    private static final Set<String> BUSY = Set.of("53300", "57014", "55P03");

    private SqlFailure() {}

    /** The same work, with the server's refusals as faults. */
    public static <T> Uni<T> mapped(Uni<T> work) {
        return work.onFailure(PgException.class).transform(e -> of((PgException) e));
    }

    /**
     * What stands against a DROP DATABASE with FORCE: a superuser's session, such as a backup, which ends by itself.
     */
    public static <T> Uni<T> dropping(Uni<T> work) {
        return work.onFailure(e -> e instanceof PgException sql && "42501".equals(sql.getSqlState()))
                .transform(e -> {
                    Log.warnf("event=drop-held-up message=\"%s\"", ((PgException) e).getErrorMessage());
                    return new Fault.Unavailable("The database is in use; send the same request again.", 5)
                            .toException();
                });
    }

    /** Two sessions changed one catalog row; PostgreSQL gives this no SQLSTATE of its own. */
    public static boolean isConcurrentUpdate(Throwable e) {
        return e instanceof PgException sql
                && "XX000".equals(sql.getSqlState())
                && String.valueOf(sql.getErrorMessage()).contains("concurrently");
    }

    /** The server holds as many databases as it may. */
    static boolean isFull(Throwable e) {
        return e instanceof PgException sql && "databases_capacity".equals(sql.getConstraint());
    }

    /** It has answered: there are too many connections, or a statement took too long, or waited too long for a lock. */
    static boolean isBusy(Throwable e) {
        return e instanceof PgException sql && BUSY.contains(String.valueOf(sql.getSqlState()));
    }

    static Throwable of(PgException e) {
        return switch (String.valueOf(e.getSqlState())) {
            case "23505", "42P04", "42710" -> taken(String.valueOf(e.getConstraint()));
            case "23514" -> refused(e);
            case "P0002" -> absent(e);
            case "55000", "55006", "2BP01", "40P01", "40001", "57014", "55P03" ->
                new Fault.Unavailable("The database is busy; send the same request again.", RETRY_AFTER_SECONDS)
                        .toException();
            case "42501" -> {
                Log.errorf(
                        "event=right-missing message=\"%s\" hint=\"restart: the start check names it\"",
                        e.getErrorMessage());
                yield e;
            }
            default ->
                isConcurrentUpdate(e)
                        ? new Fault.Unavailable("The role is being changed; send the same request again.", 1)
                                .toException()
                        : e;
        };
    }

    private static Throwable absent(PgException e) {
        return switch (String.valueOf(e.getConstraint())) {
            case "databases_owner_fkey" -> new Fault.NotFound("role").toException();
            case "databases_kept" -> new Fault.NotFound("database").toException();
            default -> e;
        };
    }

    private static Throwable refused(PgException e) {
        return switch (String.valueOf(e.getConstraint())) {
            case "roles_valid_until_ahead" ->
                new Fault.Malformed("/validUntil", "past", "The time is over already.").toException();
            case "databases_limit" ->
                new Fault.Conflict("", "too_many_databases", "This tenant has as many databases as he may.")
                        .toException();
            case "databases_capacity" ->
                new Fault.Unavailable("The server of this tenant's databases is full.", RETRY_WHEN_FULL_SECONDS)
                        .toException();
            case "roles_limit" ->
                new Fault.Conflict("", "too_many_roles", "This tenant has as many logins as he may.").toException();
            case "databases_on_server" ->
                new Fault.Conflict("", "failed", "This database is not on the server.").toException();
            case "rotations_database_stays" ->
                new Fault.Conflict("", "deleting", "The database of this role is being deleted.").toException();
            case "rotations_database_is_open" ->
                new Fault.Conflict("", "suspended", "The database of this role is suspended.").toException();
            case "transfers_database_stays" ->
                new Fault.Conflict("", "deleting", "This database is being deleted.").toException();
            case "transfers_database_is_open" ->
                new Fault.Conflict("", "suspended", "This database is suspended.").toException();
            case "transfers_database_has_room" ->
                new Fault.Conflict("", "over_quota", "This database holds too much; nothing is added to it.")
                        .toException();
            case "transfers_export_is_done" ->
                new Fault.Conflict("/exportId", "not_done", "This export is not done, or has failed.").toException();
            case "transfers_limit" ->
                new Fault.Conflict(
                                "",
                                "too_many_transfers",
                                "This tenant has as many exports, and imports under way, as he may; delete one.")
                        .toException();
            default -> e;
        };
    }

    /** By whom is nobody's business. */
    private static RuntimeException taken(String constraint) {
        return switch (constraint) {
            case "databases_pkey" -> new Fault.NotFound("database").toException();
            case "transfers_pkey" -> new Fault.NotFound("transfer").toException();
            case "roles_pkey" -> new Fault.NotFound("role").toException();
            case "roles_physical_key", "roles_username_key" ->
                new Fault.Conflict("/username", "name_taken", "This username is taken.").toException();
            case "rotations_one_at_a_time" ->
                new Fault.Conflict("", "succeeded", "This role has a successor already.").toException();
            default -> new Fault.Conflict("/name", "name_taken", "This name is taken.").toException();
        };
    }
}
