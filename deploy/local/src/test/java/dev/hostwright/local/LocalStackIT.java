package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The stack itself: closed to those without a password, small, and written down for a shell. */
@ExtendWith(SharedStack.class)
class LocalStackIT {

    private static final long MOST_RESIDENT_MB = 200;
    private static final int REQUESTS = 300;

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

    /** Where the system tells the size; from its start, whatever other tests did, to some hundred requests. */
    @ParameterizedTest
    @CsvSource({"GATEWAY, /v1/customers", "DB, /v1/databases", "MAIL, /v1/mail-domains", "DNS, /v1/zones"})
    @EnabledOnOs(OS.LINUX)
    void aServiceStaysSmall(Service service, String collection) {
        stack.startAgain(service, Map.of());
        Shop shop = new Shop(stack);
        shop.provision();
        for (int i = 0; i < REQUESTS; i++) {
            shop.at(service).get(collection).expect(200);
        }

        OptionalLong resident = stack.residentBytes(service);

        assertThat(resident).isPresent();
        System.out.printf("%-13s %d MB resident%n", service.module(), resident.getAsLong() >> 20);
        assertThat(resident.getAsLong() >> 20).isLessThan(MOST_RESIDENT_MB);
    }

    /** What the stack runs with is what is installed. */
    @ParameterizedTest
    @EnumSource(Service.class)
    void theUnitsRunJavaAsTheStackDoes(Service service) throws IOException {
        String unit = Files.readString(
                Options.findRoot().resolve("deploy/systemd/hostwright-%s.service".formatted(service.module())));

        assertThat(unit)
                .contains("ExecStart=/usr/bin/java %s -jar /usr/lib/hostwright/%s/quarkus-run.jar"
                        .formatted(String.join(" ", ServiceProcess.jvm(service)), service.module()))
                .contains("Environment=MALLOC_ARENA_MAX=" + ServiceProcess.ARENAS);
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
