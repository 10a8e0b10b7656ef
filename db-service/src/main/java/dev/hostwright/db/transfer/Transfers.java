package dev.hostwright.db.transfer;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.name.PhysicalNames;
import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.role.Hashing;
import dev.hostwright.db.role.Password;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.server.Servers;
import dev.hostwright.db.tenant.Scope;
import io.quarkus.logging.Log;
import io.quarkus.vertx.ConsumeEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.mutiny.core.eventbus.EventBus;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Works on exports and imports, so many at once, and clears away what is not wanted any more. Each is a row before it
 * is anything else, so that after a kill whatever there is of it is found.
 */
@ApplicationScoped
public class Transfers {

    private static final String ASKED = "transfer-asked-for";
    private static final String ARCHIVE = ".dump";
    private static final String PART = ".part";
    private static final String PASSFILE = ".pass";
    private static final Pattern OURS = Pattern.compile("[0-9a-f-]{36}[.][0-9a-f-]{36}(?:@(.+))?[.](?:dump|part|pass)");
    private static final Duration TICK = Duration.ofMillis(500);

    private final TransferRepository transfers;
    private final Servers servers;
    private final Hashing hashing;
    private final PhysicalNames names;
    private final DbConfig config;
    private final EventBus bus;
    private final AtomicInteger busy = new AtomicInteger();
    private final ExecutorService threads;
    private final Uni<Integer> version;

    Transfers(
            TransferRepository transfers,
            Servers servers,
            Hashing hashing,
            PhysicalNames names,
            DbConfig config,
            EventBus bus) {
        this.transfers = transfers;
        this.servers = servers;
        this.hashing = hashing;
        this.names = names;
        this.config = config;
        this.bus = bus;
        // two more than there are runs, for what is short
        this.threads = Executors.newFixedThreadPool(
                config.transfer().atOnce() + 2,
                Thread.ofPlatform().daemon().name("transfer-", 0).factory());
        this.version = Uni.createFrom()
                .deferred(() -> blocking(() -> ClientProgram.version(config).orElse(0)))
                .memoize()
                .indefinitely();
    }

    /** Refuses where there are no programs for it, or older ones than the server. */
    private Uni<Void> mustBeOffered(Server server) {
        if (config.transfer().programs().isEmpty()) {
            return new Fault.NotOffered("Databases are not exported and imported here.").toFailure();
        }
        return version.chain(ours -> transfers.serverVersion(server).invoke(theirs -> {
                    if (ours < theirs) {
                        Log.errorf("event=client-programs-too-old version=%d server=%d", ours, theirs);
                        throw new Fault.NotOffered(
                                        "Databases of PostgreSQL %d are not exported and imported here: the programs for it are missing or older."
                                                .formatted(theirs))
                                .toException();
                    }
                }))
                .replaceWithVoid();
    }

    /** Asks for one; it is done when its turn comes. */
    Uni<TransferRepository.Put> ask(
            Server server, Scope scope, TransferKey key, TransferKind kind, @Nullable TransferKey source) {
        return mustBeOffered(server)
                .chain(() -> transfers.put(server, scope, key, kind, source))
                .invoke(put -> bus.send(ASKED, ""));
    }

    /** Stops one, and takes away what there is of it. */
    Uni<Void> delete(Server server, Scope scope, TransferKey key, TransferKind kind) {
        return transfers
                .stop(server, scope, key, kind)
                .chain(found -> found
                        ? transfers.alone(server, key, () -> clearAway(server, key))
                        : Uni.createFrom().item(false))
                .replaceWithVoid();
    }

    /** The file of an export that is done. */
    Uni<Path> file(Server server, Scope scope, TransferKey key) {
        return transfers
                .get(server, scope, key, TransferKind.EXPORT)
                .chain(row -> blocking(() -> {
                    Path file = file(server, key, ARCHIVE);
                    if (!row.is(TransferStatus.DONE)) {
                        throw new Fault.Conflict("", "not_done", "This export is not done, or has failed.")
                                .toException();
                    }
                    if (!Files.exists(file)) {
                        Log.errorf("event=export-lost file=%s", file);
                        throw new Fault.Conflict("", "failed", "The file of this export is lost.").toException();
                    }
                    return file;
                }));
    }

    /** Begins what waits, as far as there is room. */
    @ConsumeEvent(ASKED)
    Uni<Void> next(String nothing) {
        if (config.transfer().programs().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        if (busy.incrementAndGet() > config.transfer().atOnce()) {
            busy.decrementAndGet();
            return Uni.createFrom().voidItem();
        }
        return transfers
                .next()
                .chain(next -> next.isEmpty()
                        ? Uni.createFrom().item(false)
                        : transfers.alone(
                                next.get().server(),
                                next.get().transfer().key(),
                                () -> work(next.get().server(), next.get().transfer())))
                .onFailure()
                .recoverWithItem(e -> {
                    Log.warnf("event=transfer-failed cause=\"%s\"", e.getMessage());
                    return false;
                })
                .invoke(worked -> {
                    busy.decrementAndGet();
                    if (worked) {
                        bus.send(ASKED, "");
                    }
                })
                .replaceWithVoid();
    }

    private Uni<Void> work(Server server, StoredTransfer transfer) {
        TransferKey key = transfer.key();
        PhysicalName login = names.ofTransfer();
        Password password = Password.generate();
        return hashing.verifier(password)
                .chain(verifier -> transfers.start(server, key, login, verifier))
                .chain(database -> database.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : run(server, transfer, database.get(), login, password))
                .onFailure()
                .recoverWithUni(e -> {
                    Log.errorf(e, "event=transfer-failed tenant=%d transfer=%s", transfer.tenantId(), key);
                    return transfers.end(
                            server,
                            key,
                            0,
                            Optional.of(new TransferError("failed", "It could not be done; ask for it again.")));
                })
                .chain(() -> clearAway(server, key));
    }

    private Uni<Void> run(
            Server server, StoredTransfer transfer, PhysicalName database, PhysicalName login, Password password) {
        TransferKey key = transfer.key();
        String kind = transfer.kind().word();
        ClientProgram program = new ClientProgram(config, server, file(server, key, PASSFILE));
        Log.infof("event=%s-started tenant=%d transfer=%s", kind, transfer.tenantId(), key);
        Uni<Optional<TransferError>> whole = blocking(() -> transfer.source().isPresent()
                ? restore(
                        program,
                        database,
                        login,
                        password,
                        file(server, transfer.source().get(), ARCHIVE))
                : dump(program, database, login, password, file(server, key, PART), file(server, key, ARCHIVE)));
        return Uni.combine()
                .any()
                .of(whole, watching(server, key, program))
                .call(error -> transfers.end(server, key, program.bytes(), error))
                .invoke(error -> Log.infof(
                        "event=%s-ended tenant=%d transfer=%s bytes=%d error=%s",
                        kind,
                        transfer.tenantId(),
                        key,
                        program.bytes(),
                        error.map(TransferError::code).orElse("-")))
                .replaceWithVoid();
    }

    private Optional<TransferError> dump(
            ClientProgram program,
            PhysicalName database,
            PhysicalName login,
            Password password,
            Path part,
            Path archive) {
        try {
            Files.deleteIfExists(part);
            Optional<TransferError> error = program.dump(database, login, password, part);
            if (error.isEmpty()) {
                Files.move(part, archive, StandardCopyOption.ATOMIC_MOVE);
            }
            return error;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<TransferError> restore(
            ClientProgram program, PhysicalName database, PhysicalName login, Password password, Path archive) {
        return Files.exists(archive)
                ? program.restore(database, login, password, archive)
                : Optional.of(new TransferError("export-gone", "The export was deleted, or its time was over."));
    }

    /**
     * Says how far it is, again and again, and ends it when it is not wanted any more or takes too long; has no end.
     */
    private Uni<Optional<TransferError>> watching(Server server, TransferKey key, ClientProgram program) {
        return Multi.createFrom()
                .ticks()
                .every(TICK)
                .onOverflow()
                .drop()
                .onItem()
                .transformToUniAndConcatenate(tick -> watch(server, key, program))
                .collect()
                .last()
                .replaceWith(Optional.empty());
    }

    private Uni<Void> watch(Server server, TransferKey key, ClientProgram program) {
        if (program.isOverdue()) {
            program.stop("too-long", "It took longer than it may.");
        }
        return transfers
                .progress(server, key, program.bytes())
                .invoke(wanted -> {
                    if (!wanted) {
                        program.stop("deleted", "It is not wanted any more.");
                    }
                })
                .onFailure()
                .recoverWithItem(e -> {
                    Log.warnf("event=progress-lost transfer=%s cause=\"%s\"", key, e.getMessage());
                    return true;
                })
                .replaceWithVoid();
    }

    /**
     * What there is of one beside its row and, if it is done, its archive; all of it when it is not wanted any more.
     */
    private Uni<Void> clearAway(Server server, TransferKey key) {
        return transfers
                .takeLoginAway(server, key)
                .chain(() -> transfers.read(server, key))
                .chain(row -> blocking(() -> {
                    boolean kept = row.isPresent() && row.get().is(TransferStatus.DONE);
                    deleteFiles(server, key, kept ? List.of(PART, PASSFILE) : List.of(PART, PASSFILE, ARCHIVE));
                    return row.isPresent() && row.get().isLeaving();
                }))
                .chain(leaving -> leaving
                        ? transfers.remove(server, key)
                        : Uni.createFrom().voidItem());
    }

    private void deleteFiles(Server server, TransferKey key, List<String> endings) {
        try {
            for (String ending : endings) {
                Files.deleteIfExists(file(server, key, ending));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those that may have to be cleared away; what is over by now is among them. */
    public Uni<List<TransferKey>> left(Server server) {
        return transfers.left(server);
    }

    /** Clears one of them away, unless somebody is at it: what was under way has failed. */
    public Uni<Void> recover(Server server, TransferKey key) {
        return transfers
                .alone(server, key, () -> transfers
                        .read(server, key)
                        .chain(row -> row.isPresent() && row.get().is(TransferStatus.RUNNING)
                                ? transfers.end(
                                        server,
                                        key,
                                        row.get().bytes(),
                                        Optional.of(TransferError.interrupted(
                                                row.get().kind())))
                                : Uni.createFrom().voidItem())
                        .chain(() -> clearAway(server, key)))
                .replaceWithVoid();
    }

    /**
     * Deletes files of a server's transfers that belong to nothing, and has what waits begun. A row is there before its
     * files are.
     */
    public Uni<Void> sweep(Server server) {
        if (config.transfer().programs().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        bus.send(ASKED, "");
        return blocking(() -> files(server))
                .chain(files -> transfers
                        .known(server)
                        .chain(known -> blocking(() -> {
                            Set<String> kept =
                                    known.stream().map(key -> stem(server, key)).collect(Collectors.toSet());
                            files.stream()
                                    .filter(file -> !kept.contains(stem(file)))
                                    .forEach(Transfers::deleteOrphan);
                            return files.size();
                        })))
                .replaceWithVoid();
    }

    private List<Path> files(Server server) {
        Path folder = config.transfer().folder();
        try {
            Files.createDirectories(folder);
            try (Stream<Path> files = Files.list(folder)) {
                return files.filter(file -> isOf(server, file)).toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isOf(Server server, Path file) {
        Matcher ours = OURS.matcher(file.getFileName().toString());
        return ours.matches() && suffix(server).equals(Optional.ofNullable(ours.group(1)));
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.lastIndexOf('.'));
    }

    /** Two tenants may have the same ids, on two servers. */
    private String stem(Server server, TransferKey key) {
        return key + suffix(server).map("@"::concat).orElse("");
    }

    private Optional<String> suffix(Server server) {
        return Optional.of(server.name()).filter(name -> server != servers.home());
    }

    private static void deleteOrphan(Path file) {
        try {
            Files.deleteIfExists(file);
            Log.infof("event=orphan-deleted file=%s", file.getFileName());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(Server server, TransferKey key, String ending) {
        return config.transfer().folder().resolve(stem(server, key) + ending);
    }

    private <T> Uni<T> blocking(Supplier<T> work) {
        Uni<T> result = Uni.createFrom().item(work).runSubscriptionOn(threads);
        Context caller = Vertx.currentContext();
        return caller == null ? result : result.emitOn(command -> caller.runOnContext(nothing -> command.run()));
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }
}
