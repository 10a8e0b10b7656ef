package dev.hostwright.mail.domain;

import static dev.hostwright.mail.Api.as;
import static dev.hostwright.mail.Api.freshDomain;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many hashes it costs to find that a request asks for what is there, or for something else. */
@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class ComparisonTest {

    private static final int MAILBOXES = 12;

    @Inject
    MeterRegistry metrics;

    private final String path = "/v1/mail-domains/" + UUID.randomUUID();
    private final String body = body(freshDomain());

    private static String body(String domain) {
        String mailboxes = IntStream.range(0, MAILBOXES)
                .mapToObj(n -> "{\"email\": \"m%1$d@%2$s\", \"password\": \"MailboxPass%1$d!\", \"quotaMb\": 1%1$d}"
                        .formatted(n, domain))
                .collect(Collectors.joining(","));
        return "{\"domain\": \"%s\", \"mailboxes\": [%s]}".formatted(domain, mailboxes);
    }

    private long hashes() {
        return metrics.timer("mail.password.hashing").count();
    }

    @BeforeEach
    void made() {
        as(7).body(body).put(path).then().statusCode(201);
    }

    @Test
    void theSameCostsOneForEachPassword() {
        long before = hashes();

        as(7).body(body).put(path).then().statusCode(200);

        assertThat(hashes() - before).isEqualTo(MAILBOXES);
    }

    @Test
    void whatDiffersInSomethingElseThanAPasswordCostsNone() {
        long before = hashes();

        as(7).body(body.replace("\"quotaMb\": 111", "\"quotaMb\": 112"))
                .put(path)
                .then()
                .statusCode(409);
        as(7).body(body.replace("\"m11@", "\"new@")).put(path).then().statusCode(409);

        assertThat(hashes() - before).isZero();
    }

    @Test
    void thePasswordThatDiffersEndsTheComparison() {
        long before = hashes();

        as(7).body(body.replace("MailboxPass0!", "AnotherPass0!"))
                .put(path)
                .then()
                .statusCode(409);

        assertThat(hashes() - before).isBetween(1L, MAILBOXES / 2L);
    }
}
