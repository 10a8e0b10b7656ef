package dev.hostwright.db.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.db.HostilePasswords;
import dev.hostwright.db.SystemProgram;
import io.vertx.pgclient.PgConnectOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.Driver;

class ConnectionStringsTest {

    private static ConnectionStrings with(String password) {
        return ConnectionStrings.of(Optional.of("app"), Optional.of(password), "db.example", 5433, "shop");
    }

    static Stream<String> passwords() {
        return HostilePasswords.generated(300);
    }

    @Test
    void eachClientsOwnSignsAreEscapedItsOwnWay() {
        ConnectionStrings strings = with("p@ss:w/rd?#%[] +é'\"\\;=");

        assertThat(strings.uri())
                .isEqualTo(
                        "postgresql://app:p%40ss%3Aw%2Frd%3F%23%25%5B%5D%20%2B%C3%A9%27%22%5C%3B%3D@db.example:5433/shop");
        assertThat(strings.keywords())
                .isEqualTo(
                        "host='db.example' port=5433 dbname='shop' user='app' password='p@ss:w/rd?#%[] +é\\'\"\\\\;='");
        assertThat(strings.jdbc())
                .isEqualTo(
                        "jdbc:postgresql://db.example:5433/shop?user=app&password=p%40ss%3Aw%2Frd%3F%23%25%5B%5D%20%2B%C3%A9%27%22%5C%3B%3D");
        assertThat(strings.npgsql())
                .isEqualTo(
                        "Host=\"db.example\";Port=5433;Database=\"shop\";Username=\"app\";Password=\"p@ss:w/rd?#%[] +é'\"\"\\;=\"");
        assertThat(strings.pgpass()).contains("db.example:5433:shop:app:p@ss\\:w/rd?#%[] +é'\"\\\\;=");
    }

    @Test
    void withoutAPasswordOrALoginThereIsNoPlaceForThem() {
        ConnectionStrings login =
                ConnectionStrings.of(Optional.of("app"), Optional.empty(), "db.example", 5432, "shop");
        ConnectionStrings bare = ConnectionStrings.of(Optional.empty(), Optional.empty(), "db.example", 5432, "shop");

        assertThat(login)
                .isEqualTo(new ConnectionStrings(
                        "postgresql://app@db.example:5432/shop",
                        "host='db.example' port=5432 dbname='shop' user='app'",
                        "jdbc:postgresql://db.example:5432/shop?user=app",
                        "Host=\"db.example\";Port=5432;Database=\"shop\";Username=\"app\"",
                        Optional.empty()));
        assertThat(bare)
                .isEqualTo(new ConnectionStrings(
                        "postgresql://db.example:5432/shop",
                        "host='db.example' port=5432 dbname='shop'",
                        "jdbc:postgresql://db.example:5432/shop",
                        "Host=\"db.example\";Port=5432;Database=\"shop\"",
                        Optional.empty()));
    }

    @Test
    void anIpv6AddressIsInBracketsWhereAPortFollows() {
        ConnectionStrings strings =
                ConnectionStrings.of(Optional.of("app"), Optional.of("secret"), "2001:db8::1", 5432, "shop");

        assertThat(strings.uri()).isEqualTo("postgresql://app:secret@[2001:db8::1]:5432/shop");
        assertThat(strings.jdbc()).startsWith("jdbc:postgresql://[2001:db8::1]:5432/shop?");
        assertThat(strings.keywords()).startsWith("host='2001:db8::1' port=5432 ");
        assertThat(strings.npgsql()).startsWith("Host=\"2001:db8::1\";Port=5432;");
        assertThat(strings.pgpass()).contains("2001\\:db8\\:\\:1:5432:shop:app:secret");
        assertThat(PgConnectOptions.fromUri(strings.uri()).getHost()).isEqualTo("2001:db8::1");
    }

    @ParameterizedTest
    @MethodSource("passwords")
    void vertxReadsBackWhatWasPutIn(String password) {
        PgConnectOptions read = PgConnectOptions.fromUri(with(password).uri());

        assertThat(List.of(read.getHost(), read.getPort(), read.getDatabase(), read.getUser(), read.getPassword()))
                .containsExactly("db.example", 5433, "shop", "app", password);
    }

    @ParameterizedTest
    @MethodSource("passwords")
    void pgjdbcReadsBackWhatWasPutIn(String password) {
        Properties read = Driver.parseURL(with(password).jdbc(), new Properties());

        assertThat(read)
                .containsEntry("PGHOST", "db.example")
                .containsEntry("PGPORT", "5433")
                .containsEntry("PGDBNAME", "shop")
                .containsEntry("user", "app")
                .containsEntry("password", password);
    }

    /** Npgsql's builder adds names to the builder of .NET itself, which splits and unquotes. */
    @Test
    void dotNetReadsBackWhatWasPutIn(@TempDir Path folder) throws Exception {
        String csharp = SystemProgram.need("csharp").toString();
        List<String> passwords = passwords().toList();
        Path strings = Files.write(
                folder.resolve("strings"),
                passwords.stream()
                        .map(password -> base64(with(password).npgsql()))
                        .toList());
        Path program = Files.writeString(folder.resolve("read.cs"), """
                foreach (var line in System.IO.File.ReadAllLines("%s")) {
                    var read = new System.Data.Common.DbConnectionStringBuilder();
                    read.ConnectionString = System.Text.Encoding.UTF8.GetString(System.Convert.FromBase64String(line));
                    var all = string.Join("\\n", new object[] { read.Count, read["Host"], read["Port"], read["Database"],
                        read["Username"], read["Password"] });
                    print(System.Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(all)));
                }
                """.formatted(strings));

        String said =
                SystemProgram.run(Map.of("HOME", folder.toString()), csharp, "-r:System.Data.dll", program.toString());

        assertThat(said.lines().map(ConnectionStringsTest::text))
                .containsExactlyElementsOf(passwords.stream()
                        .map(password -> String.join("\n", "5", "db.example", "5433", "shop", "app", password))
                        .toList());
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
