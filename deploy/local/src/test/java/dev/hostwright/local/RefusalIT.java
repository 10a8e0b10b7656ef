package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each service refuses in turn: the customer fails, and nothing of it is left in the other two. */
@ExtendWith(SharedStack.class)
class RefusalIT {

    private static final String GOOD_RECORD = "{\"name\": \"shop\", \"type\": \"A\", \"content\": \"192.0.2.10\"}";

    private final Shop shop;
    private final Shop other;

    RefusalIT(LocalStack stack) {
        this.shop = new Shop(stack);
        this.other = new Shop(stack);
    }

    @Test
    void aDatabaseNameThatIsTakenLeavesNoMailAndNoZone() {
        other.at(Service.DB)
                .post("/v1/databases", "{\"name\": \"%s\"}".formatted(shop.database))
                .expect(201);

        JsonNode end = shop.provision();

        assertFailedAndClean(end, "database");
        assertThat(shop.leftovers.of(shop.tenant, shop.login)).isEmpty();
        assertThat(shop.leftovers.onServer(shop.database)).containsExactly("database " + shop.database);
        assertThat(other.gateway().get("/v1/databases").expect(200).json().path("items"))
                .hasSize(1);
    }

    @Test
    void aMailDomainOfAnotherTenantLeavesNoDatabaseAndNoZone() {
        other.at(Service.MAIL)
                .post("/v1/mail-domains", "{\"domain\": \"%s\"}".formatted(shop.domain))
                .expect(201);

        JsonNode end = shop.provision();

        assertFailedAndClean(end, "mail");
        shop.assertNothingIsLeft();
        assertThat(other.gateway().get("/v1/mail-domains").expect(200).json().path("items"))
                .hasSize(1);
    }

    @Test
    void aZoneOfAnotherTenantLeavesNoDatabaseAndNoMail() {
        other.at(Service.DNS)
                .post("/v1/zones", "{\"domain\": \"%s\"}".formatted(shop.domain))
                .expect(201);

        JsonNode end = shop.provision();

        assertFailedAndClean(end, "dns");
        shop.assertNothingIsLeft();
        assertThat(other.gateway().get("/v1/zones").expect(200).json().path("items"))
                .hasSize(1);
    }

    @Test
    void anInvalidRecordLeavesNothing() {
        String address = "{\"name\": \"shop\", \"type\": \"A\", \"content\": \"192.0.2.256\"}";

        JsonNode end = shop.provision(shop.wish(shop.database, shop.domain, shop.domain, address));

        assertFailedAndClean(end, "dns");
        shop.assertNothingIsLeft();
    }

    @Test
    void aRecordBesideACnameLeavesNothing() {
        String besideCname = "{\"name\": \"www\", \"type\": \"CNAME\", \"content\": \"a.example.\"}, "
                + "{\"name\": \"www\", \"type\": \"A\", \"content\": \"192.0.2.10\"}";

        JsonNode end = shop.provision(shop.wish(shop.database, shop.domain, shop.domain, besideCname));

        assertFailedAndClean(end, "dns");
        shop.assertNothingIsLeft();
    }

    @Test
    void whatWasRefusedMayBeAskedForAgain() throws Exception {
        String zone = other.at(Service.DNS)
                .post("/v1/zones", "{\"domain\": \"%s\"}".formatted(shop.domain))
                .expect(201)
                .json()
                .path("id")
                .asText();
        assertFailedAndClean(shop.provision(), "dns");
        other.at(Service.DNS).delete("/v1/zones/" + zone).expect(204);

        JsonNode end = shop.provision(shop.wish(shop.database, shop.domain, shop.domain, GOOD_RECORD));

        assertThat(end.path("status").asText()).isEqualTo("active");
        shop.assertEverythingIsThere();
    }

    private static void assertFailedAndClean(JsonNode end, String step) {
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("failed");
        assertThat(end.path("clean").asBoolean()).as(end.toString()).isTrue();
        assertThat(end.path("error").path("status").asInt()).as(end.toString()).isBetween(400, 499);
        assertThat(Shop.step(end, step).path("status").asText())
                .as(end.toString())
                .isEqualTo("failed");
    }
}
