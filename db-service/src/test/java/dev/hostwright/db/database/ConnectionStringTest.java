package dev.hostwright.db.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.pgclient.PgConnectOptions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionStringTest {

    @Test
    void allButTheUnreservedIsPercentEncoded() {
        String uri =
                ConnectionString.of(Optional.of("app"), Optional.of("p@ss:w/rd?#%[] +é"), "db.example", 5433, "shop");

        assertThat(uri).isEqualTo("postgresql://app:p%40ss%3Aw%2Frd%3F%23%25%5B%5D%20%2B%C3%A9@db.example:5433/shop");
    }

    @Test
    void withoutAPasswordOrALoginThereIsNoPlaceForThem() {
        assertThat(ConnectionString.of(Optional.of("app"), Optional.empty(), "db.example", 5432, "shop"))
                .isEqualTo("postgresql://app@db.example:5432/shop");
        assertThat(ConnectionString.of(Optional.empty(), Optional.empty(), "db.example", 5432, "shop"))
                .isEqualTo("postgresql://db.example:5432/shop");
    }

    @Test
    void anIpv6AddressIsInBrackets() {
        assertThat(ConnectionString.of(Optional.empty(), Optional.empty(), "2001:db8::1", 5432, "shop"))
                .isEqualTo("postgresql://[2001:db8::1]:5432/shop");
    }

    @ParameterizedTest
    @ValueSource(strings = {"p@ss:w/rd?#%[]", "it's \"q\" \\ back", "100%25 + 1 = ?", "пароль🔑", "&user=x&host=y"})
    void aClientReadsBackWhatWasPutIn(String password) {
        String uri = ConnectionString.of(Optional.of("app"), Optional.of(password), "127.0.0.1", 5432, "shop");

        PgConnectOptions read = PgConnectOptions.fromUri(uri);

        assertThat(read.getUser()).isEqualTo("app");
        assertThat(read.getPassword()).isEqualTo(password);
        assertThat(read.getDatabase()).isEqualTo("shop");
    }
}
