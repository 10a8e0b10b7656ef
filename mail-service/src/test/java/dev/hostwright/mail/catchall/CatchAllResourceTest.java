package dev.hostwright.mail.catchall;

import static dev.hostwright.mail.Api.as;
import static dev.hostwright.mail.Api.asOperator;
import static dev.hostwright.mail.Api.forwarder;
import static dev.hostwright.mail.Api.freshDomain;
import static dev.hostwright.mail.Api.mailbox;
import static dev.hostwright.mail.Api.rows;
import static dev.hostwright.mail.Api.sql;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Collections;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class CatchAllResourceTest {

    private final String domain = freshDomain();
    private final String path = "/v1/mail-domains/" + UUID.randomUUID();
    private final String catchAll = path + "/catch-all";
    private final String info = "info@" + domain;

    @BeforeEach
    void makeDomain() {
        as(7).body("{\"domain\": \"%s\"}".formatted(domain)).put(path).then().statusCode(201);
        mailbox(7, info);
    }

    private static String to(String... destinations) {
        return "{\"destinations\": [\"%s\"]}".formatted(String.join("\", \"", destinations));
    }

    private void set(String... destinations) {
        as(7).body(to(destinations)).put(catchAll).then().statusCode(200);
    }

    /** Where Postfix is told that mail ends, or null. */
    private String ends(String address) {
        return rows("SELECT mta.destinations('%s')".formatted(address)).getFirst();
    }

    @Test
    void whatIsForNobodyGoesThereAndWhatIsForSomebodyDoesNot() {
        mailbox(7, "office@" + domain);
        as(7).body(forwarder("sales@" + domain, "a@elsewhere.example"))
                .post("/v1/forwarders")
                .then()
                .statusCode(201);
        assertThat(ends("anything@" + domain)).isNull();

        as(7).body(to(info, "b@elsewhere.example"))
                .put(catchAll)
                .then()
                .statusCode(200)
                .body("domain", equalTo(domain))
                .body("destinations", contains(info, "b@elsewhere.example"));

        assertThat(ends("Anything@" + domain)).isEqualTo("b@elsewhere.example," + info);
        assertThat(ends("office@" + domain)).isEqualTo("office@" + domain);
        assertThat(ends("sales@" + domain)).isEqualTo("a@elsewhere.example");
        // Postfix asks for the address without the detail, and for the domain alone
        assertThat(ends("anything+x@" + domain)).isNull();
        assertThat(ends("@" + domain)).isNull();
        as(7).get(catchAll).then().statusCode(200).body("destinations", contains(info, "b@elsewhere.example"));
    }

    @Test
    void whatIsSwitchedOffIsRefusedAndNotCaught() {
        String office = mailbox(7, "office@" + domain);
        set(info);

        as(7).body("{\"enabled\": false}")
                .patch("/v1/mailboxes/{id}", office)
                .then()
                .statusCode(200);

        assertThat(ends("office@" + domain)).isNull();
        as(7).delete("/v1/mailboxes/{id}", office).then().statusCode(204);
        assertThat(ends("office@" + domain)).isEqualTo(info);
        as(7).put(path + "/suspension").then().statusCode(204);
        assertThat(ends("anything@" + domain)).isNull();
    }

    @Test
    void aWayThatComesBackEndsNowhere() {
        as(7).body(forwarder("a@" + domain, "nobody@" + domain).replace("}", ", \"allowDangling\": true}"))
                .post("/v1/forwarders")
                .then()
                .statusCode(201);
        set("a@" + domain);

        assertThat(ends("anything@" + domain)).isNull();
        assertThat(ends("a@" + domain)).isNull();
        set("a@" + domain, info);
        assertThat(ends("a@" + domain)).isEqualTo(info);
    }

    @Test
    void anotherTakesThePlaceOfTheOneBeforeAndItIsTakenAway() {
        set(info);
        set("b@elsewhere.example");
        assertThat(ends("anything@" + domain)).isEqualTo("b@elsewhere.example");

        as(7).delete(catchAll).then().statusCode(204);
        as(7).delete(catchAll).then().statusCode(204);

        assertThat(ends("anything@" + domain)).isNull();
        as(7).get(catchAll).then().statusCode(404);
    }

    @Test
    void nobodyTouchesTheCatchAllOfAnotherTenant() {
        set(info);

        Response foreign = as(8).get(catchAll);
        Response unknown = as(8).get("/v1/mail-domains/{id}/catch-all", UUID.randomUUID());
        assertThat(foreign.statusCode()).isEqualTo(404).isEqualTo(unknown.statusCode());
        assertThat(foreign.asString()).isEqualTo(unknown.asString());
        as(8).body(to("thief@elsewhere.example")).put(catchAll).then().statusCode(404);
        as(8).delete(catchAll).then().statusCode(404);

        assertThat(ends("anything@" + domain)).isEqualTo(info);
        asOperator().get(catchAll).then().statusCode(200);
    }

    @Test
    void aDomainThatCaughtAllIsKeptFromOthersAsOneWithAddresses() {
        String other = freshDomain();
        String otherPath = "/v1/mail-domains/" + UUID.randomUUID();
        as(7).body("{\"domain\": \"%s\"}".formatted(other))
                .put(otherPath)
                .then()
                .statusCode(201);
        as(7).body(to("b@elsewhere.example"))
                .put(otherPath + "/catch-all")
                .then()
                .statusCode(200);

        as(7).delete(otherPath).then().statusCode(204);

        as(8).body("{\"domain\": \"%s\"}".formatted(other))
                .post("/v1/mail-domains")
                .then()
                .statusCode(409);
        sql("UPDATE deleted_addresses SET quarantined = false WHERE registrable = '%s'".formatted(other));
        as(8).body("{\"domain\": \"%s\"}".formatted(other))
                .post("/v1/mail-domains")
                .then()
                .statusCode(201);
        assertThat(ends("anything@" + other)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | 400 | /destinations",
                "{\"destinations\": []} | 400 | /destinations",
                "{\"destinations\": [\"a b@elsewhere.example\"]} | 400 | /destinations/0",
                "{\"destinations\": [\"a@elsewhere.example\", \"nobody@DOMAIN\"]} | 422 | /destinations/1",
                "{\"destinations\": [\"a@elsewhere.example\"], \"more\": 1} | 400 | /more"
            })
    void whatCannotBeIsRefused(String body, int status, String pointer) {
        as(7).body(body.replace("DOMAIN", domain))
                .put(catchAll)
                .then()
                .statusCode(status)
                .body("errors.pointer", contains(pointer));

        as(7).get(catchAll).then().statusCode(404);
    }

    @Test
    void thereAreTwentyDestinationsAtMost() {
        String[] many = Collections.nCopies(21, "").toArray(String[]::new);
        for (int i = 0; i < many.length; i++) {
            many[i] = "a" + i + "@elsewhere.example";
        }

        as(7).body(to(many)).put(catchAll).then().statusCode(400).body("errors.code", contains("destination_count"));
    }
}
