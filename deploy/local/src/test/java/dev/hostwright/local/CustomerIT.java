package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A whole customer, up and down, against the packaged services. */
@ExtendWith(SharedStack.class)
class CustomerIT {

    private final LocalStack stack;
    private final Shop shop;

    CustomerIT(LocalStack stack) {
        this.stack = stack;
        this.shop = new Shop(stack);
    }

    @Test
    void provisionsDatabaseForCustomer() throws SQLException {
        JsonNode operation = shop.provision();

        JsonNode database = shop.part(operation, "database");
        assertThat(database.path("name").asText()).isEqualTo(shop.database);
        assertThat(database.path("status").asText()).isEqualTo("active");
        String url = "jdbc:" + database.path("connectionString").asText().replaceFirst("//[^@/]*@", "//");
        try (Connection sql = DriverManager.getConnection(url, shop.login, shop.password());
                Statement statement = sql.createStatement()) {
            statement.execute("CREATE TABLE product (name text)");
            statement.execute("INSERT INTO product VALUES ('tea')");
            try (ResultSet row = statement.executeQuery("SELECT current_database(), name FROM product")) {
                row.next();
                assertThat(row.getString(1)).isEqualTo(shop.database);
                assertThat(row.getString(2)).isEqualTo("tea");
            }
        }
    }

    @Test
    void provisionsEmailAccountForCustomer() {
        shop.provision();

        assertThat(shop.look(
                        Service.MAIL,
                        "SELECT email || ' ' || quota_mb FROM email_accounts WHERE tenant_id = ? AND enabled ORDER BY 1",
                        shop.tenant))
                .containsExactly("info@" + shop.domain + " 1000", "office@" + shop.domain + " 1000");
        assertThat(shop.look(Service.MAIL, "SELECT password_hash FROM email_accounts WHERE tenant_id = ?", shop.tenant))
                .allSatisfy(hash -> assertThat(hash).contains("$2").doesNotContain(shop.password()));
        assertThat(shop.look(Service.MAIL, "SELECT source FROM email_forwarders WHERE tenant_id = ?", shop.tenant))
                .containsExactly("sales@" + shop.domain);
    }

    @Test
    void provisionsDnsZoneForCustomer() {
        JsonNode operation = shop.provision();

        String zone = Shop.path(operation, "dns");
        JsonNode answer = shop.gateway().get(zone).expect(200).json();
        assertThat(answer.path("domain").asText()).isEqualTo(shop.domain);
        assertThat(answer.path("serial").asLong()).isGreaterThan(2_026_000_000L);
        String file = shop.gateway().get(zone + "/file").expect(200).text();
        assertThat(file).contains("SOA").contains("192.0.2.10").contains("MX");
    }

    @Test
    void verifiesAllCustomerResourcesProvisioned() throws SQLException {
        JsonNode operation = shop.provision();

        assertThat(operation.path("status").asText()).isEqualTo("active");
        assertThat(operation.path("progress").path("completed").asInt())
                .isEqualTo(operation.path("progress").path("total").asInt())
                .isEqualTo(4);
        assertThat(shop.customers()
                        .get(operation.path("customerId").asText())
                        .path("status")
                        .asText())
                .isEqualTo("active");
        shop.assertEverythingIsThere();
        assertThat(shop.look(
                        Service.DNS,
                        "SELECT content FROM dns_records WHERE tenant_id = ? AND type = 'TXT'",
                        shop.tenant))
                .anyMatch(text -> text.contains("v=spf1"))
                .anyMatch(text -> text.contains("v=DMARC1"));
    }

    @Test
    void aDeletedCustomerLeavesNothingAnywhereButADatabaseThatCanBeRestored() throws SQLException {
        JsonNode made = shop.provision();
        List<String> before = shop.leftovers.rows(Service.MAIL, shop.tenant);

        JsonNode deleted =
                shop.end(shop.customers().delete(made.path("customerId").asText()));

        assertThat(before).isNotEmpty();
        assertThat(deleted.path("status").asText()).isEqualTo("deleted");
        assertThat(shop.leftovers.rows(Service.MAIL, shop.tenant)).isEmpty();
        assertThat(shop.leftovers.rows(Service.DNS, shop.tenant)).isEmpty();
        assertThat(shop.leftovers.onServer(shop.database, shop.login)).isEmpty();
        assertThatThrownBy(shop::logIn).isInstanceOf(SQLException.class);
        String database = Shop.path(made, "database");
        shop.gateway().post(database + "/restore", "{}").expect(200);
        shop.logIn().close();
        shop.gateway().delete(database).expect(204);
        shop.purge();
        shop.assertNothingIsLeft();
    }

    @Test
    void theProgressIsToldLineByLineWithoutAGap() {
        Answer accepted = shop.customers().create(shop.wish());
        List<Long> numbers = new ArrayList<>();
        StringBuilder text = new StringBuilder();

        shop.customers().follow(accepted.json().path("id").asText(), line -> {
            numbers.add(line.path("seq").asLong());
            text.append(line.path("message").asText()).append('\n');
        });

        for (int i = 0; i < numbers.size(); i++) {
            assertThat(numbers.get(i)).isEqualTo(i + 1L);
        }
        assertThat(numbers).hasSizeGreaterThan(4);
        assertThat(text.toString()).doesNotContain(shop.password());
    }

    @Test
    void anotherTenantSeesNothing() {
        JsonNode made = shop.provision();
        Shop other = new Shop(stack);
        List<String> paths = List.of(
                "/v1/customers/" + made.path("customerId").asText(),
                "/v1/operations/" + made.path("id").asText(),
                "/v1/operations/" + made.path("id").asText() + "/logs",
                Shop.path(made, "database"),
                Shop.path(made, "mail"),
                Shop.path(made, "dns"));

        for (String path : paths) {
            assertThat(shop.gateway().get(path).status()).as(path).isEqualTo(200);
            assertThat(other.gateway().get(path).status()).as(path).isEqualTo(404);
        }
        for (String list : List.of("customers", "operations", "databases", "mail-domains", "zones")) {
            assertThat(other.gateway().get("/v1/" + list).expect(200).json().path("items"))
                    .as(list)
                    .isEmpty();
        }
        assertThat(other.gateway()
                        .delete("/v1/customers/" + made.path("customerId").asText())
                        .status())
                .isEqualTo(404);
        assertThat(shop.part(made, "dns").path("status").asText()).isEqualTo("active");
    }

    @Test
    void aSuspendedCustomerIsShutOutAndKeepsEverything() throws SQLException {
        JsonNode made = shop.provision();
        String customer = "/v1/customers/" + made.path("customerId").asText();

        JsonNode suspended =
                shop.end(shop.gateway().post(customer + "/suspend", "").expect(202));

        assertThat(suspended.path("status").asText()).isEqualTo("active");
        assertThatThrownBy(shop::logIn).isInstanceOf(SQLException.class);
        assertThat(shop.gateway()
                        .post(
                                Shop.path(made, "dns") + "/records",
                                "{\"name\":\"late\",\"type\":\"A\",\"content\":\"192.0.2.11\"}")
                        .status())
                .isEqualTo(409);
        shop.end(shop.gateway().post(customer + "/resume", "").expect(202));
        shop.assertEverythingIsThere();
    }

    @Test
    void theSameKeyAndBodyTwiceMakeOneCustomer() {
        String wish = shop.wish();

        Answer first = shop.gateway()
                .post("/v1/customers", wish, "Idempotency-Key", "twice")
                .expect(202);
        Answer second = shop.gateway()
                .post("/v1/customers", wish, "Idempotency-Key", "twice")
                .expect(202);

        assertThat(second.json().path("id")).isEqualTo(first.json().path("id"));
        assertThat(shop.end(first).path("status").asText()).isEqualTo("active");
        assertThat(shop.gateway().get("/v1/databases").expect(200).json().path("items"))
                .hasSize(1);
    }
}
