package dev.hostwright.local;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jakarta.mail.MessagingException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What mail does when things go wrong, or when there is too much of it. */
@ExtendWith(SharedStack.class)
class MailFaultsIT {

    private static final int MAILBOXES = 200;
    private static final int TENANTS = 4;

    /** Postfix leaves a PostgreSQL that was away alone for a minute. */
    private static final Duration A_WHILE = Duration.ofMinutes(3);

    private final LocalStack stack;
    private final Shop shop;

    MailFaultsIT(LocalStack stack) {
        this.stack = stack;
        this.shop = new Shop(stack);
    }

    @Test
    void nothingIsLostWhenPostgresqlIsStartedAgainWhileMailFlows() throws Exception {
        assumeTrue(stack.hasMailServers(), "there is no Postfix and Dovecot on this machine");
        String info = "info@" + shop.domain;
        domain(shop);
        MailClient client = new MailClient(stack.mailServers());
        List<String> accepted = new CopyOnWriteArrayList<>();
        AtomicBoolean enough = new AtomicBoolean();
        try (ExecutorService sender = Executors.newSingleThreadExecutor()) {
            sender.submit(() -> {
                for (int i = 1; !enough.get(); ) {
                    if (isAccepted(client, info, "message " + i)) {
                        accepted.add("message " + i);
                        i++;
                    }
                }
            });
            try {
                await().atMost(A_WHILE).until(() -> accepted.size() >= 10);
                stack.postgres().restart();
                int before = accepted.size();
                await().atMost(A_WHILE).until(() -> accepted.size() >= before + 10);
            } finally {
                enough.set(true);
            }
        }

        await().atMost(A_WHILE).ignoreExceptions().untilAsserted(() -> assertThat(client.inbox(info, shop.password()))
                .containsAll(accepted));
        assertThat(stack.mailServers().sentElsewhere())
                .as("bounces")
                .noneMatch(message -> message.contains(shop.domain));
    }

    /** As any mail server does, it is sent again when it is refused for now. */
    private static boolean isAccepted(MailClient client, String to, String subject) {
        try {
            client.deliver("stranger@elsewhere.example", to, subject);
            return true;
        } catch (MessagingException e) {
            return false;
        }
    }

    @Test
    void tooManyMailboxesAtOnceAreMadeOrToldToComeAgainAndNobodyElseWaits() throws Exception {
        List<Shop> shops = new ArrayList<>();
        for (int i = 0; i < TENANTS; i++) {
            Shop each = new Shop(stack);
            domain(each);
            shops.add(each);
        }
        List<Callable<Answer>> requests = new ArrayList<>();
        for (int i = 0; i < MAILBOXES; i++) {
            Shop each = shops.get(i % TENANTS);
            String body = "{\"email\": \"box%d@%s\", \"password\": \"%s\"}".formatted(i, each.domain, each.password());
            requests.add(() -> each.at(Service.MAIL).post("/v1/mailboxes", body));
        }

        AtomicBoolean done = new AtomicBoolean();
        List<Answer> answers = new ArrayList<>();
        long probes;
        try (ExecutorService threads = Executors.newFixedThreadPool(MAILBOXES + 1)) {
            Future<Long> asked = threads.submit(() -> probesUntil(done));
            for (Future<Answer> answer : threads.invokeAll(requests)) {
                answers.add(answer.get());
            }
            done.set(true);
            probes = asked.get();
        }

        Map<Integer, Long> byStatus = answers.stream().collect(groupingBy(Answer::status, counting()));
        assertThat(byStatus.keySet()).isEqualTo(Set.of(201, 503));
        assertThat(answers)
                .filteredOn(answer -> answer.status() == 503)
                .allSatisfy(answer -> assertThat(answer.retryAfter()).isNotEmpty());
        long stored = shops.stream()
                .mapToLong(each -> each.look(
                                Service.MAIL,
                                "SELECT email FROM email_accounts WHERE tenant_id = ? AND username LIKE 'box%'",
                                each.tenant)
                        .size())
                .sum();
        assertThat(stored).isEqualTo(byStatus.get(201));
        // an event loop that hashes answers one question between two hashes at most
        assertThat(probes).isGreaterThan(5 * stored);
    }

    /** How many questions the service answers, one after the other, while that goes on. */
    private long probesUntil(AtomicBoolean done) throws Exception {
        URI live = stack.managementUrl(Service.MAIL).resolve("/q/health/live");
        HttpRequest question =
                HttpRequest.newBuilder(live).timeout(Duration.ofSeconds(5)).build();
        long answered = 0;
        while (!done.get()) {
            assertThat(stack.http().send(question, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(200);
            answered++;
        }
        return answered;
    }

    private static void domain(Shop shop) {
        shop.at(Service.MAIL)
                .post(
                        "/v1/mail-domains",
                        "{\"domain\": \"%1$s\", \"mailboxes\": [{\"email\": \"info@%1$s\", \"password\": \"%2$s\"}]}"
                                .formatted(shop.domain, shop.password()))
                .expect(201);
    }
}
