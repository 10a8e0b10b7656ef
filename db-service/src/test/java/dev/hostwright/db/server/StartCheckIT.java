package dev.hostwright.db.server;

import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.contract.Tokens;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@QuarkusIntegrationTest
class StartCheckIT extends StartCheckTest {

    private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");

    @Test
    void withoutARightTheServiceDoesNotStartAndSaysWhichGrantIsMissing() throws Exception {
        assumeTrue(Files.exists(JAR), "there is no jar, but a native binary");
        String role = name("weak_service");
        asSuperuser(
                "CREATE ROLE %s LOGIN CREATEDB CREATEROLE PASSWORD 'weak'".formatted(role),
                "GRANT CONNECT ON DATABASE hostwright_db TO " + role,
                "GRANT SET ON PARAMETER temp_file_limit TO " + role,
                "GRANT pg_read_all_stats TO " + role);
        ProcessBuilder service = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", JAR.toString())
                .redirectErrorStream(true);
        service.environment()
                .putAll(Map.of(
                        "HTTP_PORT", "0",
                        "MANAGEMENT_PORT", "0",
                        "DATABASE_HOST", "127.0.0.1",
                        "DATABASE_PORT", String.valueOf(Superuser.port()),
                        "DATABASE_NAME", "hostwright_db",
                        "DATABASE_USER", role,
                        "DATABASE_PASSWORD", "weak",
                        "MIGRATION_USER", "hostwright_db_owner",
                        "MIGRATION_PASSWORD", "db_owner",
                        "JWT_PUBLIC_KEY", Tokens.publicKey().toString()));

        Process started = service.start();
        String said = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(started.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(started.exitValue()).isNotZero();
        assertThat(said)
                .contains("GRANT pg_signal_backend TO %s;".formatted(role))
                .doesNotContain("GRANT pg_read_all_stats");
    }
}
