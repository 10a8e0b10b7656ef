package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the gateway passes on to the services, and the three endpoints of the older form. */
@ExtendWith(SharedStack.class)
class PublicApiIT {

    private final LocalStack stack;
    private final Shop shop;

    PublicApiIT(LocalStack stack) {
        this.stack = stack;
        this.shop = new Shop(stack);
    }

    @Test
    void aDatabaseIsMadeThroughTheGateway() throws SQLException {
        JsonNode made = shop.gateway()
                .post("/v1/databases", "{\"name\": \"%s\", \"username\": \"%s\"}".formatted(shop.database, shop.login))
                .expect(201)
                .json();

        String url = "jdbc:postgresql://%s:%d/%s"
                .formatted(made.path("host").asText(), made.path("port").asInt(), shop.database);
        try (Connection sql = DriverManager.getConnection(
                url, shop.login, made.path("password").asText())) {
            assertThat(sql.isValid(5)).isTrue();
        }
        String path = "/v1/databases/" + made.path("id").asText();
        shop.gateway().delete(path).expect(204);
        shop.gateway().get(path).expect(404);
        assertThat(shop.kept()).containsExactly(made.path("id").asText());
        shop.gateway().delete(path + "?purge=true").expect(204);
        shop.assertNothingIsLeft();
    }

    @Test
    void aMailboxIsMadeThroughTheGateway() {
        shop.gateway()
                .post("/v1/mail-domains", "{\"domain\": \"%s\"}".formatted(shop.domain))
                .expect(201);

        JsonNode made = shop.gateway()
                .post("/v1/mailboxes", "{\"email\": \"info@%s\", \"quotaMb\": 500}".formatted(shop.domain))
                .expect(201)
                .json();

        assertThat(made.path("mailboxPath").asText()).isEqualTo("/var/mail/vhosts/%s/info".formatted(shop.domain));
        assertThat(shop.look(Service.MAIL, "SELECT quota_mb FROM email_accounts WHERE tenant_id = ?", shop.tenant))
                .containsExactly("500");
    }

    @Test
    void aRecordIsMadeThroughTheGatewayAndRaisesTheSerial() {
        JsonNode zone = shop.gateway()
                .post("/v1/zones", "{\"domain\": \"%s\"}".formatted(shop.domain))
                .expect(201)
                .json();

        JsonNode record = shop.gateway()
                .post(
                        "/v1/zones/" + zone.path("id").asText() + "/records",
                        "{\"name\": \"shop\", \"type\": \"A\", \"content\": \"192.0.2.10\"}")
                .expect(201)
                .json();

        assertThat(record.path("serial").asLong()).isEqualTo(zone.path("serial").asLong() + 1);
    }

    @Test
    void theDatabaseEndpointOfTheOlderFormSanitisesTheName() throws SQLException {
        String odd = shop.database.replace("_", "-_!");

        JsonNode answer = shop.gateway()
                .post(
                        "/api/db-management",
                        "{\"databaseName\": \"%s\", \"username\": \"%s\", \"password\": \"%s\"}"
                                .formatted(odd, shop.login, shop.password()))
                .expect(200, 201)
                .json();

        assertThat(answer.path("success").asBoolean()).isTrue();
        assertThat(answer.path("database").asText()).isEqualTo(shop.database);
        assertThat(answer.path("username").asText()).isEqualTo(shop.login);
        assertThat(answer.path("connectionString").asText()).contains(shop.database);
        try (Connection sql = shop.logIn()) {
            assertThat(sql.isValid(5)).isTrue();
        }
    }

    @Test
    void theMailEndpointOfTheOlderFormMakesAnAccount() {
        JsonNode answer = shop.gateway()
                .post(
                        "/api/email-management/accounts",
                        "{\"email\": \"info@%s\", \"password\": \"%s\", \"quota\": 2000, \"tenantId\": %d}"
                                .formatted(shop.domain, shop.password(), shop.tenant))
                .expect(200, 201)
                .json();

        assertThat(answer.path("success").asBoolean()).isTrue();
        assertThat(answer.path("account").path("email").asText()).isEqualTo("info@" + shop.domain);
        assertThat(answer.path("account").path("domain").asText()).isEqualTo(shop.domain);
        assertThat(answer.path("account").path("quota").asInt()).isEqualTo(2000);
        assertThat(answer.path("account").path("enabled").asBoolean()).isTrue();
    }

    @Test
    void theDomainEndpointOfTheOlderFormMakesAZone() {
        JsonNode answer = shop.gateway()
                .post(
                        "/api/domains",
                        "{\"domain\": \"%s\", \"tenantId\": %d, \"type\": \"MASTER\"}"
                                .formatted(shop.domain, shop.tenant))
                .expect(200, 201)
                .json();

        assertThat(answer.path("success").asBoolean()).isTrue();
        assertThat(answer.path("zone").path("domain").asText()).isEqualTo(shop.domain);
        assertThat(answer.path("zone").path("serial").asLong()).isGreaterThan(2_026_000_000L);
        assertThat(shop.look(Service.DNS, "SELECT type FROM dns_records WHERE tenant_id = ?", shop.tenant))
                .contains("SOA", "NS", "A", "CNAME", "MX");
    }

    @ParameterizedTest
    @CsvSource({
        "GATEWAY, /v1/customers",
        "GATEWAY, /v1/operations",
        "GATEWAY, /v1/databases",
        "GATEWAY, /v1/mail-domains",
        "GATEWAY, /v1/zones",
        "DB, /v1/databases",
        "DB, /v1/roles",
        "MAIL, /v1/mail-domains",
        "MAIL, /v1/mailboxes",
        "MAIL, /v1/forwarders",
        "DNS, /v1/zones"
    })
    void withoutATokenNobodyIsLetIn(Service service, String collection) {
        ApiClient stranger = new ApiClient(stack.http(), stack.url(service), "no.such.token");

        assertThat(stranger.get(collection).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/customers", "/api/db-management", "/api/email-management/accounts", "/api/domains"})
    void withoutATokenNobodyMakesAnything(String path) {
        ApiClient stranger = new ApiClient(stack.http(), stack.url(Service.GATEWAY), "no.such.token");

        assertThat(stranger.post(path, "{}").status()).isEqualTo(401);
    }
}
