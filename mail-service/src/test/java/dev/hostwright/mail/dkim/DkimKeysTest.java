package dev.hostwright.mail.dkim;

import static dev.hostwright.mail.Api.as;
import static dev.hostwright.mail.Api.freshDomain;
import static dev.hostwright.mail.Api.rows;
import static dev.hostwright.mail.Api.sql;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Multi;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class DkimKeysTest {

    private static final Duration ENOUGH = Duration.ofSeconds(60);

    private final String domain = freshDomain();
    private final String path = "/v1/mail-domains/" + UUID.randomUUID();

    @Inject
    DkimKeys keys;

    @Inject
    KeyStock stock;

    /** Keeps all that is logged. */
    private static final class Lines extends Handler {

        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord line) {
            lines.add(line.getMessage()
                    + List.of(line.getParameters() == null ? new Object[0] : line.getParameters())
                    + line.getThrown());
        }

        @Override
        public void flush() {
            // nothing is held back
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    private void made() {
        as(7).body("{\"domain\": \"%s\"}".formatted(domain)).put(path).then().statusCode(201);
    }

    @Test
    void aDomainFromBeforeThereWereKeysGetsThem() {
        made();
        sql("DELETE FROM dkim_keys WHERE domain = '%s'".formatted(domain));

        keys.check().await().atMost(ENOUGH);
        keys.check().await().atMost(ENOUGH);

        assertThat(rows("SELECT algorithm || ' ' || state FROM dkim_keys WHERE domain = '%s' ORDER BY 1"
                        .formatted(domain)))
                .containsExactly("ed25519-sha256 active", "rsa-sha256 active");
    }

    private List<String> states() {
        return rows("SELECT algorithm || ' ' || state FROM dkim_keys WHERE domain = '%s' ORDER BY created_at, 1"
                .formatted(domain));
    }

    private void ago(String column, String time) {
        sql(
                "UPDATE dkim_keys SET %1$s = now() - interval '%2$s' WHERE domain = '%3$s' AND state IN ('published', 'retired')"
                        .formatted(column, time, domain));
    }

    @Test
    void aKeyThatHasBeenInTheZoneForADaySignsAndTheOldOneGoesAWeekLater() {
        made();
        sql(
                "UPDATE dkim_keys SET selector = 'old' || right(selector, 1), created_at = created_at - interval '1 day' WHERE domain = '%s'"
                        .formatted(domain));
        as(7).post(path + "/dkim-keys").then().statusCode(201);
        keys.check().await().atMost(ENOUGH);
        assertThat(states().subList(2, 4)).containsExactly("ed25519-sha256 pending", "rsa-sha256 pending");
        as(7).put(path + "/dkim-keys/publication").then().statusCode(200);

        ago("published_at", "23 hours");
        keys.check().await().atMost(ENOUGH);
        assertThat(states().subList(2, 4)).containsExactly("ed25519-sha256 published", "rsa-sha256 published");

        ago("published_at", "25 hours");
        keys.check().await().atMost(ENOUGH);
        assertThat(states())
                .containsExactly(
                        "ed25519-sha256 retired", "rsa-sha256 retired", "ed25519-sha256 active", "rsa-sha256 active");

        ago("retired_at", "6 days");
        keys.check().await().atMost(ENOUGH);
        assertThat(states()).hasSize(4);

        ago("retired_at", "8 days");
        keys.check().await().atMost(ENOUGH);
        assertThat(states()).containsExactly("ed25519-sha256 active", "rsa-sha256 active");
    }

    @Test
    void thereAreKeysForMoreDomainsAtOnceThanTheStockHas() {
        List<NewKeys> taken = Multi.createFrom()
                .range(0, 20)
                .onItem()
                .transformToUniAndMerge(i -> stock.take(i + 1))
                .collect()
                .asList()
                .await()
                .atMost(ENOUGH);

        assertThat(taken)
                .hasSize(20)
                .extracting(made -> made.keys().getFirst().publicKey())
                .doesNotHaveDuplicates();
    }

    @Test
    void noPrivateKeyIsLogged() {
        Lines log = new Lines();
        Logger root = Logger.getLogger("");
        Level before = root.getLevel();
        root.addHandler(log);
        root.setLevel(Level.ALL);
        try {
            made();
            sql("DELETE FROM dkim_keys WHERE domain = '%s'".formatted(domain));
            keys.check().await().atMost(ENOUGH);
            as(7).get(path + "/records").then().statusCode(200);
        } finally {
            root.setLevel(before);
            root.removeHandler(log);
        }
        String secret = rows("SELECT private_key FROM dkim_keys WHERE domain = '%s' AND algorithm = 'rsa-sha256'"
                        .formatted(domain))
                .getFirst();

        assertThat(log.lines).anyMatch(line -> line.contains("event=dkim-key-created") && line.contains(domain));
        assertThat(log.lines)
                .noneMatch(line -> line.contains("PRIVATE KEY") || line.contains(secret.substring(60, 90)));
        assertThat(stock.take(7).await().atMost(ENOUGH).keys().toString()).doesNotContain("PRIVATE");
    }
}
