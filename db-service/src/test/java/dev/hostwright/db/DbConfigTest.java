package dev.hostwright.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.db.server.ServerLabel;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class DbConfigTest {

    private static DbConfig of(Map<String, String> environment) throws IOException {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withMapping(DbConfig.class)
                .withSources(
                        new EnvConfigSource(environment, 300),
                        new PropertiesConfigSource(
                                Path.of("src/main/resources/application.properties")
                                        .toUri()
                                        .toURL(),
                                100))
                .build()
                .getConfigMapping(DbConfig.class);
    }

    @Test
    void theServersAreNamedByEnvironmentVariables() throws IOException {
        DbConfig config = of(Map.of(
                "DATABASE_PASSWORD", "a",
                "MIGRATION_PASSWORD", "b",
                "DB_CAPACITY", "0",
                "DB_SERVERS_S2_HOST", "10.0.0.2",
                "DB_SERVERS_S2_PASSWORD", "c",
                "DB_SERVERS_S2_MIGRATION_PASSWORD", "d",
                "DB_SERVERS_S2_PUBLIC_HOST", "s2.example",
                "DB_SERVERS_S2_LABELS", "ssd,eu",
                "DB_SERVERS_S2_DRAIN", "true"));

        assertThat(config.server().capacity()).hasValue(0);
        assertThat(config.servers()).containsOnlyKeys("s2");
        DbConfig.Server second = Objects.requireNonNull(config.servers().get("s2"));
        assertThat(second.host()).isEqualTo("10.0.0.2");
        assertThat(second.port()).isEqualTo(5432);
        assertThat(second.username()).isEqualTo("hostwright_db");
        assertThat(second.migrationPassword()).isEqualTo("d");
        assertThat(second.publicHost()).hasValue("s2.example");
        assertThat(second.publicPort()).isEmpty();
        assertThat(second.capacity()).isEmpty();
        assertThat(second.weight()).isEqualTo(1);
        assertThat(second.labels()).hasValue(List.of(new ServerLabel("ssd"), new ServerLabel("eu")));
        assertThat(second.drain()).isTrue();
    }

    @Test
    void withoutMoreThereIsOneServerThatTakesAll() throws IOException {
        DbConfig config = of(Map.of("DATABASE_PASSWORD", "a", "MIGRATION_PASSWORD", "b"));

        assertThat(config.servers()).isEmpty();
        assertThat(config.server().capacity()).isEmpty();
        assertThat(config.server().labels()).isEmpty();
        assertThat(config.server().drain()).isFalse();
        assertThat(config.server().publicHost()).hasValue("localhost");
    }
}
