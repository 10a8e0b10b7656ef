package dev.hostwright.db.server;

import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.tenant.Scope;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Which tenant is on which server, and where a new one goes.
 *
 * <p>A tenant is on one server. The home server has the index, of which every process keeps what it has read: a row
 * never changes. It is written in the transaction that makes the tenant's first thing, and a tenant without a row has
 * nothing anywhere. Should that be wrong, because a server with databases was added, its tenants are put into the index
 * before it takes part.
 */
@ApplicationScoped
public class PlacementRepository {

    private static final int RETRY_WHEN_FULL_SECONDS = 30;

    /** Others wait meanwhile for the server on which the transaction is that waits for the index. */
    private static final Duration INDEX_ANSWERS = Duration.ofSeconds(2);

    private static final String CHECK_CAPACITY = "SELECT check_capacity($1, 1)";

    /** Also of what the home server had before there was an index. */
    private static final String FIND = """
            SELECT coalesce((SELECT server FROM placements WHERE tenant_id = $1),
                            CASE WHEN EXISTS (SELECT FROM databases WHERE tenant_id = $1)
                                   OR EXISTS (SELECT FROM roles WHERE tenant_id = $1) THEN $2 END) AS server
            """;

    /** Waits for whoever places the same tenant right now. */
    private static final String PLACE = """
            INSERT INTO placements (tenant_id, server)
            VALUES ($1, $2)
                ON CONFLICT ON CONSTRAINT placements_pkey DO UPDATE SET server = placements.server
            RETURNING server
            """;

    private static final String HAS_ID = """
            SELECT EXISTS (SELECT FROM databases WHERE id = $1)
                OR EXISTS (SELECT FROM roles WHERE id = $1)
                OR EXISTS (SELECT FROM transfers WHERE database_id = $1) AS has
            """;

    private static final String TENANTS = "SELECT tenant_id FROM databases UNION SELECT tenant_id FROM roles";

    private static final String NOTE_ALL = """
            INSERT INTO placements (tenant_id, server)
            SELECT tenant_id, $2
              FROM unnest($1::bigint[]) tenant_id
                ON CONFLICT ON CONSTRAINT placements_pkey DO NOTHING
            """;

    private static final String NOTED_ELSEWHERE = """
            SELECT tenant_id, server
              FROM placements
             WHERE tenant_id = ANY ($1::bigint[]) AND server <> $2
            """;

    private final Servers servers;
    private final ConcurrentHashMap<Long, Server> known = new ConcurrentHashMap<>();

    PlacementRepository(Servers servers) {
        this.servers = servers;
    }

    /**
     * Where something of a tenant's is made.
     *
     * @param settled he is there for good
     */
    public record Place(Server server, long tenant, boolean settled) {}

    /** The tenant was placed on another server by another request, a moment before. */
    private static final class PlacedElsewhere extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final String server;

        PlacedElsewhere(String server) {
            super("placed on " + server, null, false, false);
            this.server = server;
        }
    }

    /**
     * Makes something of the tenant's on his server; when he has none yet, on the first that takes it, which the work
     * says by {@link #settle} at the end of its transaction.
     */
    public <T> Uni<T> placing(long tenant, Set<ServerLabel> labels, Function<Place, Uni<T>> work) {
        return find(tenant).chain(server -> {
            if (server.isEmpty()) {
                return first(tenant, servers.candidates(labels), labels, work);
            }
            return work.apply(settled(server.get(), tenant, labels));
        });
    }

    private static Place settled(Server server, long tenant, Set<ServerLabel> labels) {
        if (!server.labels().containsAll(labels)) {
            throw new Fault.Conflict(
                            "/serverLabels", "other_server", "This tenant is on a server without these labels.")
                    .toException();
        }
        return new Place(server, tenant, true);
    }

    private <T> Uni<T> first(
            long tenant, List<Server> candidates, Set<ServerLabel> labels, Function<Place, Uni<T>> work) {
        if (candidates.isEmpty()) {
            return new Fault.Unavailable("No server takes another database now.", RETRY_WHEN_FULL_SECONDS).toFailure();
        }
        Server server = candidates.getFirst();
        server.expectOne();
        return work.apply(new Place(server, tenant, false)).onFailure().recoverWithUni(e -> {
            if (e instanceof PlacedElsewhere elsewhere) {
                return work.apply(settled(configured(tenant, elsewhere.server), tenant, labels));
            }
            return SqlFailure.isFull(e) || !server.isUp()
                    ? first(tenant, candidates.subList(1, candidates.size()), labels, work)
                    : Uni.createFrom().failure(e);
        });
    }

    /**
     * The last thing in the transaction that makes something at a place: from its commit on the tenant is there. Fails
     * when he was placed elsewhere meanwhile, so that nothing is made.
     */
    public Uni<Void> settle(SqlConnection sql, Place place) {
        if (place.settled()) {
            return Uni.createFrom().voidItem();
        }
        Server home = servers.home();
        Uni<RowSet<Row>> placed = place.server() == home
                ? place(sql, place)
                : home.withTransaction(Scope.of(place.tenant()), index -> place(index, place))
                        .ifNoItem()
                        .after(INDEX_ANSWERS)
                        .recoverWithUni(Server::away);
        return placed.invoke(rows -> {
                    String server = rows.iterator().next().getString("server");
                    if (!server.equals(place.server().name())) {
                        throw new PlacedElsewhere(server);
                    }
                })
                .replaceWithVoid();
    }

    /**
     * Refuses where a login of a new tenant would have him on a server for good that has no room for his databases;
     * what makes a database looks for itself.
     */
    public Uni<Void> mustHaveRoom(SqlConnection sql, Place place) {
        OptionalInt capacity = place.server().capacity();
        return place.settled() || capacity.isEmpty()
                ? Uni.createFrom().voidItem()
                : sql.preparedQuery(CHECK_CAPACITY)
                        .execute(Tuple.of(capacity.getAsInt()))
                        .replaceWithVoid();
    }

    private static Uni<RowSet<Row>> place(SqlConnection sql, Place place) {
        return sql.preparedQuery(PLACE)
                .execute(Tuple.of(place.tenant(), place.server().name()));
    }

    /** Where the tenant is; empty when he has nothing. */
    private Uni<Optional<Server>> find(long tenant) {
        Server server = known.get(tenant);
        return server != null ? Uni.createFrom().item(Optional.of(server)) : read(tenant);
    }

    private Uni<Optional<Server>> read(long tenant) {
        Server home = servers.home();
        return home.withTransaction(
                        Scope.of(tenant), sql -> sql.preparedQuery(FIND).execute(Tuple.of(tenant, home.name())))
                .map(rows -> Optional.ofNullable(rows.iterator().next().getString("server"))
                        .map(name -> configured(tenant, name)))
                .invoke(found -> found.ifPresent(server -> known.put(tenant, server)));
    }

    private Server configured(long tenant, String name) {
        return servers.named(name).orElseThrow(() -> {
            Log.errorf("event=server-not-configured server=%s tenant=%d", name, tenant);
            return new Fault.Unavailable("The database server is not there.", RETRY_WHEN_FULL_SECONDS).toException();
        });
    }

    /** The server to look at for that id: the tenant's; for an operator the one that has it. */
    public Uni<Server> of(Scope scope, UUID id) {
        return scope.tenant() == null
                ? holder(id)
                : find(scope.tenant()).map(server -> server.orElseGet(servers::home));
    }

    /**
     * Deletes that id from the server that it is on. For a tenant who has nothing yet, from all on which it may still
     * be made: each of them keeps in mind that it is not to be.
     */
    public Uni<Void> deletingFrom(Scope scope, UUID id, Function<Server, Uni<Void>> work) {
        return scope.tenant() == null
                ? holder(id).chain(work::apply)
                : find(scope.tenant())
                        .chain(server -> server.isPresent() ? work.apply(server.get()) : onEach(servers.up(), work));
    }

    private static Uni<Void> onEach(List<Server> asked, Function<Server, Uni<Void>> work) {
        return asked.isEmpty()
                ? Server.away()
                : Uni.join()
                        .all(asked.stream().map(work).toList())
                        .andFailFast()
                        .replaceWithVoid();
    }

    /** What the tenant's server has, or for an operator all that answer, one after the other. */
    public <T> Uni<List<T>> gather(Scope scope, Function<Server, Uni<List<T>>> work) {
        return scope.tenant() == null
                ? gather(servers.up(), work)
                : find(scope.tenant()).chain(server -> work.apply(server.orElseGet(servers::home)));
    }

    private static <T> Uni<List<T>> gather(List<Server> asked, Function<Server, Uni<List<T>>> work) {
        return asked.isEmpty()
                ? Server.away()
                : Uni.join()
                        .all(asked.stream().map(work).toList())
                        .andFailFast()
                        .map(lists -> lists.stream().flatMap(List::stream).toList());
    }

    /** Tenants choose ids, so two may have the same one, on two servers. */
    private Uni<Server> holder(UUID id) {
        if (servers.all().size() == 1) {
            return Uni.createFrom().item(servers.home());
        }
        List<Server> asked = servers.up();
        return gather(asked, server -> holding(server, id)).chain(holders -> switch (holders.size()) {
            case 0 ->
                asked.size() < servers.all().size()
                        ? Server.away()
                        : Uni.createFrom().item(servers.home());
            case 1 -> Uni.createFrom().item(holders.getFirst());
            default -> new Fault.Conflict("", "ambiguous", "Two tenants have this id; ask as one of them.").toFailure();
        });
    }

    private static Uni<List<Server>> holding(Server server, UUID id) {
        return server.withTransaction(
                        Scope.ALL, sql -> sql.preparedQuery(HAS_ID).execute(Tuple.of(id)))
                .map(rows -> rows.iterator().next().getBoolean("has") ? List.of(server) : List.of());
    }

    /** Puts the tenants that are on a server into the index; reports those that are in it with another. */
    Uni<Void> index(Server server) {
        return server.transaction(Scope.ALL, sql -> sql.query(TENANTS).execute())
                .map(rows -> rows.stream().map(row -> row.getLong("tenant_id")).toList())
                .chain(tenants -> servers.home().transaction(Scope.ALL, sql -> noteAll(sql, tenants, server)))
                .invoke(rows -> rows.forEach(row -> Log.errorf(
                        "event=tenant-on-two-servers tenant=%d servers=%s,%s",
                        row.getLong("tenant_id"), row.getString("server"), server)))
                .replaceWithVoid();
    }

    private static Uni<RowSet<Row>> noteAll(SqlConnection sql, Collection<Long> tenants, Server server) {
        Tuple arguments =
                Tuple.tuple().addArrayOfLong(tenants.toArray(Long[]::new)).addString(server.name());
        return sql.preparedQuery(NOTE_ALL).execute(arguments).chain(() -> sql.preparedQuery(NOTED_ELSEWHERE)
                .execute(arguments));
    }
}
