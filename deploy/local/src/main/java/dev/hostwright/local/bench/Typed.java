package dev.hostwright.local.bench;

import dev.hostwright.local.LocalStack;
import dev.hostwright.local.SystemProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How an administrator makes a database by hand, as the superuser. */
sealed interface Typed {

    String name();

    void make(String database) throws IOException, InterruptedException, SQLException;

    /** The ways that this machine has. */
    static List<Typed> all(LocalStack stack) {
        List<Typed> all = new ArrayList<>();
        SystemProgram.find("psql").ifPresent(program -> all.add(new Psql(stack, program)));
        all.add(new Jdbc(stack));
        SystemProgram.find("createdb").ifPresent(program -> all.add(new Createdb(stack, program)));
        return all;
    }

    private static List<String> statements(String database) {
        return List.of(
                "CREATE ROLE %s LOGIN PASSWORD 'Sesame-opens-42'".formatted(database),
                "CREATE DATABASE %1$s OWNER %1$s".formatted(database),
                "GRANT ALL PRIVILEGES ON DATABASE %1$s TO %1$s".formatted(database));
    }

    private static void run(LocalStack stack, Stream<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command.toList()).redirectErrorStream(true);
        builder.environment().put("PGHOST", "127.0.0.1");
        builder.environment().put("PGPORT", String.valueOf(stack.postgres().port()));
        builder.environment().put("PGUSER", "postgres");
        builder.environment().put("PGPASSWORD", stack.postgres().password("postgres"));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(said);
        }
    }

    /** CREATE ROLE, CREATE DATABASE and GRANT, in one run of psql. */
    record Psql(LocalStack stack, Path program) implements Typed {

        @Override
        public String name() {
            return "psql";
        }

        @Override
        public void make(String database) throws IOException, InterruptedException {
            run(
                    stack,
                    Stream.concat(
                            Stream.of(program.toString(), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres"),
                            statements(database).stream().flatMap(sql -> Stream.of("-c", sql))));
        }
    }

    /** The same three statements, without a process for them; the connection is made each time. */
    record Jdbc(LocalStack stack) implements Typed {

        @Override
        public String name() {
            return "the same by JDBC";
        }

        @Override
        public void make(String database) throws SQLException {
            try (Connection connection = stack.postgres().connect("postgres");
                    Statement statement = connection.createStatement()) {
                for (String sql : statements(database)) {
                    statement.execute(sql);
                }
            }
        }
    }

    /** A database alone, without a role. */
    record Createdb(LocalStack stack, Path program) implements Typed {

        @Override
        public String name() {
            return "createdb";
        }

        @Override
        public void make(String database) throws IOException, InterruptedException {
            run(stack, Stream.of(program.toString(), database));
        }
    }
}
