package dev.hostwright.mail.domain;

import static dev.hostwright.mail.Api.as;
import static dev.hostwright.mail.Api.asOperator;
import static dev.hostwright.mail.Api.forwarder;
import static dev.hostwright.mail.Api.freshDomain;
import static dev.hostwright.mail.Api.rows;
import static dev.hostwright.mail.Api.sql;
import static dev.hostwright.mail.Api.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class RoleAliasesTest {

    private final String domain = freshDomain();
    private final String path = "/v1/mail-domains/" + UUID.randomUUID();

    @Inject
    PostmasterRepository postmaster;

    @AfterEach
    void asItWasStarted() {
        postmaster.write().await().atMost(Duration.ofSeconds(30));
    }

    private void made(String mailboxes, String forwarders) {
        as(7).body("{\"domain\": \"%s\", \"mailboxes\": [%s], \"forwarders\": [%s]}"
                        .formatted(domain, mailboxes, forwarders))
                .put(path)
                .then()
                .statusCode(201);
    }

    private String box(String localPart) {
        return "{\"email\": \"%s@%s\", \"password\": \"EmailPass123!\"}".formatted(localPart, domain);
    }

    /** Local parts, and where their mail goes. */
    private List<String> aliases() {
        return rows("SELECT split_part(source, '@', 1) || ' ' || destination FROM role_aliases"
                + " WHERE source LIKE '%@" + domain + "' ORDER BY 1 DESC");
    }

    @Test
    void postmasterAndAbuseOfADomainGoToItsOldestMailbox() {
        made(box("info"), "");
        as(7).body(box("a")).post("/v1/mailboxes").then().statusCode(201);

        assertThat(aliases()).containsExactly("postmaster info@" + domain, "abuse info@" + domain);
    }

    @Test
    void aMailboxWhereMailStaysComesBeforeOneThatPassesItOn() {
        made(
                box("a") + ", " + box("b"),
                "{\"source\": \"a@%1$s\", \"destinations\": [\"x@elsewhere.example\"], \"keepCopy\": false}"
                        .formatted(domain));

        assertThat(aliases()).containsExactly("postmaster b@" + domain, "abuse b@" + domain);
    }

    @Test
    void aDomainWithoutMailboxesHasThemWhereItsForwarderGoes() {
        made("", forwarder("sales@" + domain, "me@elsewhere.example"));

        assertThat(aliases()).containsExactly("postmaster sales@" + domain, "abuse sales@" + domain);
    }

    @Test
    void theOperatorMayGetThemForEveryDomain() {
        made("", "");
        assertThat(aliases()).isEmpty();

        sql("UPDATE mail_settings SET postmaster = 'postmaster@provider.example'");

        assertThat(aliases())
                .containsExactly("postmaster postmaster@provider.example", "abuse postmaster@provider.example");
    }

    @Test
    void theOperatorsOwnPostmasterIsNotSentInACircle() {
        made(box("info"), "");

        sql("UPDATE mail_settings SET postmaster = 'postmaster@%s'".formatted(domain));

        assertThat(aliases()).containsExactly("postmaster info@" + domain, "abuse postmaster@" + domain);
    }

    @Test
    void anAddressThatIsThereIsLeftAloneWhileItReceives() {
        made(box("info"), "");
        String id = asOperator()
                .body(with(box("postmaster"), "\"tenantId\": 7"))
                .post("/v1/mailboxes")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        asOperator()
                .body(with(forwarder("abuse@" + domain, "abuse@elsewhere.example"), "\"tenantId\": 7"))
                .post("/v1/forwarders")
                .then()
                .statusCode(201);
        assertThat(aliases()).isEmpty();

        as(7).body("{\"enabled\": false}").patch("/v1/mailboxes/" + id).then().statusCode(200);

        assertThat(aliases()).containsExactly("postmaster info@" + domain);
    }

    @ParameterizedTest
    @ValueSource(strings = {"enabled = false", "suspended = true"})
    void aDomainThatIsOffHasNone(String off) {
        made(box("info"), "");

        sql("UPDATE email_domains SET %s WHERE domain = '%s'".formatted(off, domain));

        assertThat(aliases()).isEmpty();
    }

    @Test
    void theSettingOfTheServiceStandsInTheTable() {
        sql("UPDATE mail_settings SET postmaster = 'old@provider.example'");

        postmaster.write().await().atMost(Duration.ofSeconds(30));

        assertThat(rows("SELECT coalesce(postmaster, 'nobody') FROM mail_settings"))
                .containsExactly("nobody");
    }

    @Test
    void anAddressIsLookedUpByAnIndex() throws SQLException {
        List<String> plan = new ArrayList<>();
        try (Connection database = PostgresResource.Superuser.connect("hostwright_mail");
                Statement sql = database.createStatement()) {
            sql.execute("SET enable_seqscan = off");
            try (ResultSet lines =
                    sql.executeQuery("EXPLAIN SELECT destination FROM role_aliases WHERE source = 'abuse@x.example'")) {
                while (lines.next()) {
                    plan.add(lines.getString(1));
                }
            }
        }

        assertThat(plan)
                .anyMatch(line -> line.contains("email_domains_postmaster"))
                .anyMatch(line -> line.contains("email_domains_abuse"));
    }
}
