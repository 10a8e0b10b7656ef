package dev.hostwright.db;

import dev.hostwright.db.extension.ExtensionName;
import dev.hostwright.db.pool.DatabaseClass;
import dev.hostwright.db.server.ServerLabel;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What an operator sets for this service; the README's table says what each is for. */
@ConfigMapping(prefix = "db")
public interface DbConfig {

    /** Whether a customer's names are the names on the server. */
    NameMode names();

    /** The template of new databases. */
    String template();

    /** What else than the usual databases are made as, when a request asks for it; nothing when this is empty. */
    Optional<List<DatabaseClass>> classes();

    /** Sessions at once, for a database or a login that says nothing else. */
    int connectionLimit();

    /** The most sessions that a tenant may ask for. */
    int maxConnectionLimit();

    /** What one session may spill to disk, as PostgreSQL writes a size; a customer cannot raise it. */
    String tempFileLimit();

    /** What a database may hold, in millions of bytes, where no operator says anything else; 0 is no limit. */
    int sizeLimitMb();

    /** How long a statement of a customer's may run, where no operator says anything else; 0 is no limit. */
    Duration statementLimit();

    /** How long a database may be full before nobody gets in. */
    Duration quotaGrace();

    /** How often databases that may have grown are measured. */
    Duration measureEvery();

    /** How often statements that run for too long are looked for. */
    Duration statementsEvery();

    /** How often it is looked whether the servers answer, and how full they are. */
    Duration lookEvery();

    /** How often what was left half done is looked for. */
    Duration reconcileEvery();

    /** How long a deleted id is remembered, so that a request from before its deletion does not bring it back. */
    Duration tombstoneLife();

    /** How often tombstones that are over are looked for. */
    Duration purgeEvery();

    /** How long a database that its customer deletes can be restored; 0 is not at all. */
    Duration keepDeleted();

    /** The pause after each database whose time is over and that is dropped. */
    Duration purgePause();

    /** Threads that compute password verifiers. */
    int hashingThreads();

    /** How many databases are dropped, and logins taken out of databases, at once; half of them for one tenant. */
    int deletions();

    /** How many databases a tenant may have; 0 is no limit. */
    int maxDatabasesPerTenant();

    /** How many logins a tenant may have, those made with a database too; 0 is no limit. */
    int maxRolesPerTenant();

    /** The extensions that a customer may have installed; none when this is empty. */
    Optional<List<ExtensionName>> extensions();

    Pool pool();

    /** Connections to a server, for requests. */
    int poolSize();

    /** The server that has no name among the settings: it also keeps the index of which tenant is where. */
    Server server();

    /** Others, by name. */
    Map<String, Server> servers();

    Transfer transfer();

    /** How customers' names become names on the server. */
    enum NameMode {
        /** As they are; a name that any other tenant has is taken. */
        EXACT,
        /**
         * A random name for each; only one's own names can be taken, and the catalogs tell nothing of one's neighbours.
         */
        OPAQUE
    }

    /** The databases that are made ahead of need. */
    interface Pool {
        /** How many wait at any time. */
        int target();

        /** How many of each class that is not the usual one. */
        int classTarget();

        /** How many are made at once. */
        int makers();

        /** How many requests wait for one to be made before more are sent away. */
        int queue();

        /** How long a request waits for its turns, in all; callers wait for the answer a little longer than this. */
        Duration patience();
    }

    /** A server with customers' databases. */
    interface Server {
        String host();

        @WithDefault("5432")
        int port();

        /** The service's own database. */
        @WithDefault("hostwright_db")
        String database();

        @WithDefault("hostwright_db")
        String username();

        String password();

        /** The owner of the service's own tables, for migrations and nothing else. */
        @WithDefault("hostwright_db_owner")
        String migrationUsername();

        String migrationPassword();

        /** The host that customers are told to connect to, when it is not the one above. */
        Optional<String> publicHost();

        OptionalInt publicPort();

        /** How many databases it holds, with the deleted ones that are kept; no limit when absent. */
        OptionalInt capacity();

        /** How many databases it gets for each one of a server of weight 1. */
        @WithDefault("1")
        int weight();

        /** What requests may ask for. */
        Optional<List<ServerLabel>> labels();

        /** It takes no new tenants. */
        @WithDefault("false")
        boolean drain();
    }

    /** Exports of databases to files, and imports of these. */
    interface Transfer {
        /**
         * The folder with {@code pg_dump} and {@code pg_restore}, not older than the server; without it there are no
         * exports and imports.
         */
        Optional<Path> programs();

        /** What is run with such a program as its arguments, to confine it. */
        Optional<List<String>> sandbox();

        /** Where the files are; all replicas see the same. */
        Path folder();

        /** How many are worked on at once; one of a tenant's. */
        int atOnce();

        /** How many exports a tenant may have, with what is not done yet. */
        int perTenant();

        /** What one file may hold. */
        MemorySize maxSize();

        /** How long one may take. */
        Duration longest();

        /** How long a file is kept, and how long it is known that there was something. */
        Duration life();
    }
}
