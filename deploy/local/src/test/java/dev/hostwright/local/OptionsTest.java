package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

    private static final Path HERE = Path.of(".");

    @Test
    void withoutSettingsTheServicesHaveTheirUsualPortsAndPostgresAny() {
        Options options = Options.fromEnvironment(HERE, HERE, Map.of("GATEWAY_PORT", ""));

        assertThat(options.port(Service.GATEWAY)).isEqualTo(8080);
        assertThat(options.port(Service.DB)).isEqualTo(8081);
        assertThat(options.port(Service.MAIL)).isEqualTo(8082);
        assertThat(options.port(Service.DNS)).isEqualTo(8083);
        assertThat(options.postgresPort()).isZero();
    }

    @Test
    void eachPortMayBeSet() {
        Options options = Options.fromEnvironment(HERE, HERE, Map.of("DB_SERVICE_PORT", "0", "PGPORT", "65535"));

        assertThat(options.port(Service.DB)).isZero();
        assertThat(options.postgresPort()).isEqualTo(65_535);
    }

    @ParameterizedTest
    @ValueSource(strings = {"65536", "-1", "http", "999999", " 80"})
    void whatIsNoPortIsRefusedByName(String value) {
        assertThatThrownBy(() -> Options.fromEnvironment(HERE, HERE, Map.of("GATEWAY_PORT", value)))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("GATEWAY_PORT=" + value);
    }

    @Test
    void aTakenPortIsRefusedWithWhatToDo() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();

            assertThatThrownBy(() -> Ports.choose(port, "gateway", "GATEWAY_PORT"))
                    .isInstanceOf(StackException.class)
                    .hasMessageContaining(String.valueOf(port))
                    .hasMessageContaining("--gateway-port 0");
        }
    }

    @Test
    void aShellReadsAnyValueAsOneWord() {
        assertThat(StackEnv.quoted("it's $HOME `x` \\")).isEqualTo("'it'\\''s $HOME `x` \\'");
    }

    @Test
    void eachRoleOfTheScriptGetsAPasswordOfItsOwn() {
        Map<String, String> passwords = new HashMap<>();

        List<String> statements = PostgresServer.statements(
                "-- :'no_password'\nCREATE ROLE a PASSWORD :'dns_password';\nCREATE ROLE b PASSWORD :'dns_owner_password';\n",
                passwords);

        assertThat(passwords).containsOnlyKeys("hostwright_dns", "hostwright_dns_owner");
        assertThat(statements)
                .containsExactly(
                        "CREATE ROLE a PASSWORD '%s'".formatted(passwords.get("hostwright_dns")),
                        "CREATE ROLE b PASSWORD '%s'".formatted(passwords.get("hostwright_dns_owner")));
        assertThat(passwords.get("hostwright_dns")).isNotEqualTo(passwords.get("hostwright_dns_owner"));
    }

    @Test
    void theNameServersSettingsTakeTheirPlacesInWhatIsInstalled() {
        assertThat(new ConfigurationFile("powerdns/pdns.conf", "# api-key=\napi-key=\nlocal-port=53\n")
                        .with(Map.of("api-key", "a$1\\b"))
                        .text())
                .isEqualTo("# api-key=\napi-key=a$1\\b\nlocal-port=53\n");
        assertThatThrownBy(() -> new ConfigurationFile("powerdns/pdns.conf", "api-key=\n").with(Map.of("api-kye", "x")))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("api-kye");
    }
}
