package dev.hostwright.db.role;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.fence.Fence;
import dev.hostwright.db.name.Identifier;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.name.PhysicalNames;
import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.server.CatalogRepository;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.server.SqlFailure;
import dev.hostwright.db.tenant.Owned;
import dev.hostwright.db.tenant.Scope;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Changes of logins' passwords: in place, or by a second login, after which the first one goes. */
@ApplicationScoped
public class RotationRepository {

    private static final Pattern NUMBERED = Pattern.compile("(.+)_r(\\d{1,4})");
    private static final int LONGEST_NAME = 48;

    private static final String FIND = """
            SELECT t.id, t.role_id, t.username, t.verifier, t.overlap, t.successor_id, t.retire_at, t.end_sessions,
                   t.ending, t.created_at, CASE WHEN t.overlap THEN n.physical ELSE o.physical END AS physical
              FROM rotations t
              JOIN roles o ON o.id = t.role_id
              LEFT JOIN roles n ON n.id = t.successor_id
             WHERE t.role_id = $1 AND t.id = $2 AND ($3::bigint IS NULL OR t.tenant_id = $3) AND o.status <> 'deleted'
            """;

    private static final String MAKE_SUCCESSOR = "SELECT make_successor($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    private static final String KEEP = """
            INSERT INTO rotations (role_id, id, tenant_id, overlap, username, verifier, successor_id, retire_at,
                                   end_sessions, ending)
            VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8), $9, $9)
            """;

    private static final String ENDED = "UPDATE rotations SET ending = false WHERE role_id = $1 AND id = $2";

    /** What somebody is at right now is left to him. */
    private static final String LEFT_ENDING = """
            SELECT t.role_id, t.id, r.physical
              FROM rotations t
              JOIN roles r ON r.id = t.role_id
             WHERE t.ending AND t.created_at < now() - interval '10 seconds'
             ORDER BY t.created_at
             LIMIT 1000
            """;

    private static final String SEE_SUCCESSORS = """
            UPDATE rotations t
               SET successor_seen = true
              FROM roles n, pg_stat_activity a
             WHERE n.id = t.successor_id
               AND a.usename = n.physical
               AND a.backend_type = 'client backend'
               AND NOT t.successor_seen
            """;

    /** A login without a session may only have none right now: so its successor must have been in use. */
    private static final String DUE = """
            SELECT o.id, o.tenant_id
              FROM rotations t
              JOIN roles o ON o.id = t.role_id
              JOIN roles n ON n.id = t.successor_id
             WHERE o.status = 'active'
               AND n.status = 'active'
               AND (t.retire_at <= now()
                    OR t.successor_seen
                       AND NOT EXISTS (SELECT FROM pg_stat_activity a
                                        WHERE a.usename = o.physical AND a.backend_type = 'client backend'))
             ORDER BY t.retire_at
             LIMIT 1000
            """;

    private static final String RETIRE = "SELECT retire_role($1) AS retired";

    private static final String PURGE = """
            DELETE FROM rotations
             WHERE successor_id IS NULL AND NOT ending AND created_at < now() - make_interval(secs => $1)
            """;

    private final CatalogRepository catalogs;
    private final RoleRepository roles;
    private final Hashing hashing;
    private final PhysicalNames names;
    private final DbConfig config;

    RotationRepository(
            CatalogRepository catalogs, RoleRepository roles, Hashing hashing, PhysicalNames names, DbConfig config) {
        this.catalogs = catalogs;
        this.roles = roles;
        this.hashing = hashing;
        this.names = names;
        this.config = config;
    }

    /** A rotation and whether this call made it. */
    record Put(Rotation rotation, boolean made) {}

    private record Done(StoredRotation row, boolean made) {}

    /**
     * Changes the password, or finds that it was changed so already; refuses when the id was given to something else.
     */
    Uni<Put> put(Server server, Scope scope, UUID role, UUID id, RotationRequest request, Fence fence) {
        Password password = request.password().orElseGet(Password::generate);
        return hashing.verifier(password)
                .chain(verifier -> server.withTransaction(scope, sql -> catalogs.quiet(sql)
                        .chain(() -> RoleRepository.lock(sql, role))
                        .chain(() -> RoleRepository.find(sql, scope, role))
                        .invoke(row -> {
                            fence.check(row.fence());
                            RoleRepository.mustNotBeDeleting(row);
                        })
                        .chain(row -> seek(sql, scope, role, id)
                                .chain(there -> there.isPresent()
                                        ? same(there.get(), request).replaceWith(new Done(there.get(), false))
                                        : rotate(sql, scope, row, id, request, password, verifier, fence)))))
                .call(done -> done.row().ending()
                        ? end(server, ending(done.row()))
                        : Uni.createFrom().voidItem())
                .map(done -> new Put(
                        done.row()
                                .shown(Optional.of(password)
                                        .filter(any -> done.made()
                                                && request.password().isEmpty())),
                        done.made()))
                .plug(SqlFailure::mapped);
    }

    private Uni<Done> rotate(
            SqlConnection sql,
            Scope scope,
            StoredRole role,
            UUID id,
            RotationRequest request,
            Password password,
            ScramVerifier verifier,
            Fence fence) {
        Identifier username = request.overlaps()
                ? request.username().orElseGet(() -> successorOf(role.username()))
                : new Identifier(role.username());
        password.mustNotBe(username);
        Optional<UUID> successor = Optional.of(UUID.randomUUID()).filter(any -> request.overlaps());
        Uni<Void> change = successor.isPresent()
                ? succeed(sql, role, successor.get(), username, verifier, fence)
                : RoleRepository.setPassword(sql, role, verifier, fence);
        return change.chain(() -> sql.preparedQuery(KEEP)
                        .execute(Tuple.tuple()
                                .addUUID(role.id())
                                .addUUID(id)
                                .addLong(role.tenantId())
                                .addBoolean(request.overlaps())
                                .addString(username.value())
                                .addString(verifier.value())
                                .addUUID(successor.orElse(null))
                                .addDouble(successor
                                        .map(any -> (double) request.retireAfter()
                                                .orElse(RetireAfter.USUAL)
                                                .time()
                                                .toSeconds())
                                        .orElse(null))
                                .addBoolean(request.endsSessions())))
                .chain(() -> RoleRepository.raiseFence(sql, role.id(), fence))
                .chain(() -> find(sql, scope, role.id(), id))
                .invoke(row -> Log.infof(
                        "event=role-rotated tenant=%d role=%s username=%s overlap=%b sessions-ended=%b",
                        role.tenantId(), role.id(), username, request.overlaps(), request.endsSessions()))
                .map(row -> new Done(row, true));
    }

    private Uni<Void> succeed(
            SqlConnection sql,
            StoredRole role,
            UUID successor,
            Identifier username,
            ScramVerifier verifier,
            Fence fence) {
        return sql.preparedQuery(MAKE_SUCCESSOR)
                .execute(Tuple.tuple()
                        .addUUID(role.id())
                        .addUUID(successor)
                        .addString(username.value())
                        .addString(names.of(username).value())
                        .addString(verifier.value())
                        .addUUID(fence.operation())
                        .addLong(fence.number())
                        .addString(config.tempFileLimit())
                        .addInteger(config.maxRolesPerTenant()))
                .replaceWithVoid();
    }

    /**
     * {@code shop} is followed by {@code shop_r2}, that by {@code shop_r3}: no name comes back while it may be in use.
     */
    static Identifier successorOf(String username) {
        Matcher numbered = NUMBERED.matcher(username);
        boolean again = numbered.matches();
        String stem = again ? numbered.group(1) : username;
        String ending = "_r" + (again ? Integer.parseInt(numbered.group(2)) + 1 : 2);
        return new Identifier(stem.substring(0, Math.min(stem.length(), LONGEST_NAME - ending.length())) + ending);
    }

    private Uni<Void> same(StoredRotation there, RotationRequest request) {
        if (!there.isWhat(request)) {
            throw differs(there.id());
        }
        if (request.password().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return hashing.matches(there.verifier(), request.password().get())
                .invoke(matches -> {
                    if (!matches) {
                        throw differs(there.id());
                    }
                })
                .replaceWithVoid();
    }

    private static RuntimeException differs(UUID id) {
        return new Fault.Differs("rotation", id).toException();
    }

    Uni<Rotation> get(Server server, Scope scope, UUID role, UUID id) {
        return server.withTransaction(scope, sql -> find(sql, scope, role, id)).map(row -> row.shown(Optional.empty()));
    }

    private static Uni<StoredRotation> find(SqlConnection sql, Scope scope, UUID role, UUID id) {
        return seek(sql, scope, role, id)
                .map(there -> there.orElseThrow(() -> new Fault.NotFound("rotation").toException()));
    }

    private static Uni<Optional<StoredRotation>> seek(SqlConnection sql, Scope scope, UUID role, UUID id) {
        return sql.preparedQuery(FIND)
                .execute(Tuple.of(role, id, scope.tenant()))
                .map(rows -> rows.stream().findFirst().map(StoredRotation::from));
    }

    /** A login whose sessions are to be ended, because its password was changed for that. */
    public record Ending(UUID role, UUID id, PhysicalName login) {}

    private static Ending ending(StoredRotation row) {
        return new Ending(
                row.roleId(), row.id(), new PhysicalName(row.physical().orElseThrow()));
    }

    /** Those that a request has left, because the service was stopped before it had ended them. */
    public Uni<List<Ending>> leftEnding(Server server) {
        return server.withTransaction(Scope.ALL, sql -> sql.query(LEFT_ENDING).execute())
                .map(rows -> rows.stream()
                        .map(row -> new Ending(
                                row.getUUID("role_id"), row.getUUID("id"), new PhysicalName(row.getString("physical"))))
                        .toList());
    }

    /** After the commit, so that nobody comes back by the old password in between. */
    public Uni<Void> end(Server server, Ending sessions) {
        return server.withTransaction(Scope.ALL, sql -> catalogs.endSessions(sql, null, sessions.login(), null)
                .chain(() -> sql.preparedQuery(ENDED).execute(Tuple.of(sessions.role(), sessions.id())))
                .replaceWithVoid());
    }

    /** The logins that have served their time, after a look at which successors are in use. */
    public Uni<List<Owned>> due(Server server) {
        return server.withTransaction(
                        Scope.ALL, sql -> sql.query(SEE_SUCCESSORS).execute().chain(() -> sql.query(DUE)
                                .execute()))
                .map(rows -> rows.stream().map(Owned::from).toList());
    }

    /** Deletes one of them, unless its successor is gone; from its first step on, this is a deletion like any other. */
    public Uni<Void> retire(Server server, Owned due) {
        return server.withTransaction(
                        Scope.ALL, sql -> sql.preparedQuery(RETIRE).execute(Tuple.of(due.id())))
                .map(rows -> rows.iterator().next().getBoolean("retired"))
                .chain(retired -> {
                    if (!retired) {
                        return Uni.createFrom().voidItem();
                    }
                    Log.infof("event=role-retired tenant=%d role=%s", due.tenant(), due.id());
                    return roles.carryOut(server, Optional.of(due));
                });
    }

    /** Forgets what was done so long ago that no request for it can still be on its way. */
    public Uni<Void> purge(Server server) {
        return server.withTransaction(Scope.ALL, sql -> sql.preparedQuery(PURGE)
                        .execute(Tuple.of((double) config.tombstoneLife().toSeconds())))
                .replaceWithVoid();
    }
}
