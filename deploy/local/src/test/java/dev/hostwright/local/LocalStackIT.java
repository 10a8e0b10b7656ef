package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The stack itself: closed to those without a password, small, and written down for a shell. */
@ExtendWith(SharedStack.class)
class LocalStackIT {

    private static final long MOST_RESIDENT_MB = 250;

    private final LocalStack stack;

    LocalStackIT(LocalStack stack) {
        this.stack = stack;
    }

    @Test
    void postgresAsksEverybodyForAPassword() {
        String url = "jdbc:postgresql://127.0.0.1:%d/postgres"
                .formatted(stack.postgres().port());

        assertThatThrownBy(() -> DriverManager.getConnection(url, "postgres", "guessed"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
    }

    @ParameterizedTest
    @EnumSource(Service.class)
    void aServiceStaysSmall(Service service) {
        OptionalLong resident = stack.residentBytes(service);

        if (resident.isPresent()) {
            long megabytes = resident.getAsLong() >> 20;
            System.out.printf("%-13s %d MB resident with %s%n", service.module(), megabytes, ServiceProcess.HEAP);
            assertThat(megabytes).isLessThan(MOST_RESIDENT_MB);
        }
    }

    @Test
    void whereEverythingIsStandsInAFileOfItsOwnersOnly() throws IOException {
        assertThat(Files.readString(stack.stackEnv()))
                .contains("GATEWAY_URL='" + stack.url(Service.GATEWAY) + "'")
                .contains("PGPORT='" + stack.postgres().port() + "'")
                .contains("DNS_SERVICE_DATABASE='hostwright_dns'");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(stack.stackEnv())))
                .isEqualTo("rw-------");
    }

    @Test
    void aSecondStackOfTheSameFolderIsRefused() {
        Options same = Options.anyPorts(Options.findRoot(), stack.stackEnv().resolveSibling(""));

        assertThatThrownBy(() -> LocalStack.start(same, new Console(System.out)))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("runs already");
    }
}
