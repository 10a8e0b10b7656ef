package dev.hostwright.db.extension;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.database.DatabaseRepository;
import dev.hostwright.db.database.DatabaseRepository.Open;
import dev.hostwright.db.fence.Fence;
import dev.hostwright.db.page.Page;
import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.server.SqlFailure;
import dev.hostwright.db.tenant.Scope;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/** Extensions, as the server offers them and as a customer's database has them. */
@ApplicationScoped
class ExtensionRepository {

    private static final String OFFERED = """
            SELECT a.name, a.default_version, a.comment, coalesce(v.trusted, false) AS trusted,
                   v.schema IS NOT NULL AS fixed
              FROM pg_available_extensions a
              LEFT JOIN pg_available_extension_versions v ON v.name = a.name AND v.version = a.default_version
             WHERE a.name = ANY ($1)
            """;

    private static final String INSTALLED = "SELECT extname, extversion FROM pg_extension";

    /**
     * In the name of the group that owns what is in the database, so that its customer may change and drop it. One
     * message, so one transaction: on any failure nothing of it stays.
     */
    private static final String AS_THE_OWNERS = """
            GRANT %1$s TO CURRENT_USER;
            SET LOCAL ROLE %1$s;
            %2$s;
            SET LOCAL ROLE NONE;
            REVOKE %1$s FROM CURRENT_USER
            """;

    private static final String CREATE = "CREATE EXTENSION %s";
    private static final String CREATE_IN_PUBLIC = "CREATE EXTENSION %s SCHEMA public";
    private static final String DROP = "DROP EXTENSION IF EXISTS %s";

    private final DatabaseRepository databases;
    private final TreeSet<String> allowed;

    ExtensionRepository(DatabaseRepository databases, DbConfig config) {
        this.databases = databases;
        this.allowed = config.extensions().stream()
                .flatMap(List::stream)
                .map(ExtensionName::value)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** An extension, and whether this call installed it. */
    record Put(Extension extension, boolean made) {}

    private record Offer(String version, Optional<String> comment, boolean trusted, boolean schemaIsFixed) {}

    /** Those that are allowed and those that are in the database, by name. */
    Uni<Page<Extension>> list(Server server, Scope scope, UUID database) {
        return databases
                .open(server, scope, database, Fence.NONE)
                .chain(place -> server.visitInTurn(place.tenant(), place.physical(), ExtensionRepository::installed))
                .chain(installed -> listed(server, installed))
                .plug(SqlFailure::mapped);
    }

    private Uni<Page<Extension>> listed(Server server, Map<String, String> installed) {
        TreeSet<String> names = new TreeSet<>(allowed);
        names.addAll(installed.keySet());
        return offered(server, names)
                .map(offers -> names.stream()
                        .map(name -> shown(name, installed, offers))
                        .toList())
                .map(all -> new Page<>(all, Optional.empty()));
    }

    /** Installs it, or finds that it is there already; may be repeated. */
    Uni<Put> put(Server server, Scope scope, UUID database, ExtensionName name, Fence fence) {
        return databases
                .open(server, scope, database, fence)
                .chain(place -> offered(server, Set.of(name.value()))
                        .chain(offers -> server.visitInTurn(
                                place.tenant(), place.physical(), sql -> put(sql, place, name, offers))))
                .plug(SqlFailure::mapped);
    }

    private Uni<Put> put(SqlConnection sql, Open place, ExtensionName name, Map<String, Offer> offers) {
        return installed(sql)
                .chain(before -> before.containsKey(name.value())
                        ? Uni.createFrom().item(new Put(shown(name.value(), before, offers), false))
                        : install(sql, place, name, offers));
    }

    private Uni<Put> install(SqlConnection sql, Open place, ExtensionName name, Map<String, Offer> offers) {
        refusal(name.value(), offers).ifPresent(refusal -> {
            throw refusal.of(name);
        });
        if (place.full()) {
            throw new Fault.Conflict("", "over_quota", "This database holds too much; nothing is added to it.")
                    .toException();
        }
        String create = Optional.ofNullable(offers.get(name.value()))
                .filter(Offer::schemaIsFixed)
                .map(fixed -> CREATE)
                .orElse(CREATE_IN_PUBLIC);
        return asTheOwners(sql, place, create.formatted(name.quoted()))
                .invoke(() -> Log.infof(
                        "event=extension-created tenant=%d database=%s extension=%s",
                        place.tenant(), place.physical(), name))
                .replaceWith(true)
                .onFailure(PgException.class)
                .recoverWithUni(e -> installed(sql).map(now -> {
                    if (now.containsKey(name.value())) {
                        return false; // somebody was faster
                    }
                    throw whyNotInstalled((PgException) e, name);
                }))
                .chain(made -> installed(sql).map(now -> new Put(shown(name.value(), now, offers), made)));
    }

    /** Takes it away; what is not there is no failure, and what something needs is kept. */
    Uni<Void> delete(Server server, Scope scope, UUID database, ExtensionName name, Fence fence) {
        return databases
                .open(server, scope, database, fence)
                .chain(place -> server.visitInTurn(
                        place.tenant(), place.physical(), sql -> asTheOwners(sql, place, DROP.formatted(name.quoted()))
                                .onFailure(PgException.class)
                                .transform(e -> whyNotDropped((PgException) e, name))
                                .invoke(() -> Log.infof(
                                        "event=extension-dropped tenant=%d database=%s extension=%s",
                                        place.tenant(), place.physical(), name))))
                .plug(SqlFailure::mapped);
    }

    private static Uni<Void> asTheOwners(SqlConnection sql, Open place, String statement) {
        return sql.query(AS_THE_OWNERS.formatted(place.physical().owners().quoted(), statement))
                .execute()
                .replaceWithVoid();
    }

    /** What is in the database, with its version. A customer may have made names up: they go into no SQL. */
    private static Uni<Map<String, String>> installed(SqlConnection sql) {
        return sql.query(INSTALLED).execute().map(rows -> rows.stream()
                .collect(Collectors.toMap(row -> row.getString("extname"), row -> row.getString("extversion"))));
    }

    private static Uni<Map<String, Offer>> offered(Server server, Set<String> names) {
        Tuple arguments = Tuple.tuple().addArrayOfString(names.toArray(String[]::new));
        return server.withConnection(sql -> sql.preparedQuery(OFFERED).execute(arguments))
                .map(rows -> rows.stream()
                        .collect(Collectors.toMap(
                                row -> row.getString("name"),
                                row -> new Offer(
                                        row.getString("default_version"),
                                        Optional.ofNullable(row.getString("comment")),
                                        row.getBoolean("trusted"),
                                        row.getBoolean("fixed")))));
    }

    private Optional<Refusal> refusal(String name, Map<String, Offer> offers) {
        if (!allowed.contains(name)) {
            return Optional.of(Refusal.NOT_ALLOWED);
        }
        Offer offer = offers.get(name);
        if (offer == null) {
            return Optional.of(Refusal.NOT_AVAILABLE);
        }
        return offer.trusted() ? Optional.empty() : Optional.of(Refusal.NOT_TRUSTED);
    }

    private Extension shown(String name, Map<String, String> installed, Map<String, Offer> offers) {
        Optional<Offer> offer = Optional.ofNullable(offers.get(name));
        return new Extension(
                name,
                installed.containsKey(name),
                Optional.ofNullable(installed.get(name)),
                offer.map(Offer::version),
                offer.flatMap(Offer::comment),
                refusal(name, offers));
    }

    /** What its script would make may be there, made by the customer; or he has no schema public any more. */
    private static RuntimeException whyNotInstalled(PgException e, ExtensionName name) {
        return switch (String.valueOf(e.getSqlState())) {
            case "42723", "42710", "42P07", "23505" ->
                new Fault.Conflict("", "clashes", "Schema public has something of what %s brings.".formatted(name))
                        .toException();
            case "3F000" ->
                new Fault.Conflict("", "no_schema", "The database has no schema public for the extension.")
                        .toException();
            case "42501" ->
                new Fault.Conflict("", "not_the_owners", "The database's owners may make nothing in schema public.")
                        .toException();
            case "42704" ->
                new Fault.Conflict("", "needs_another", "%s needs another extension to be there first.".formatted(name))
                        .toException();
            default -> e;
        };
    }

    private static Throwable whyNotDropped(PgException e, ExtensionName name) {
        return switch (String.valueOf(e.getSqlState())) {
            case "2BP01" ->
                new Fault.Conflict("", "in_use", "Something in the database needs %s.".formatted(name)).toException();
            case "42501" ->
                new Fault.Conflict("", "not_the_owners", "%s was not made by the database's owners.".formatted(name))
                        .toException();
            default -> e;
        };
    }
}
