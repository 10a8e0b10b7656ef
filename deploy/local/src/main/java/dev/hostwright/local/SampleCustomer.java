package dev.hostwright.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/** One customer to see the system with: a database, two mailboxes, a forwarder and a zone. */
final class SampleCustomer {

    private static final long TENANT = 7;
    private static final String DATABASE = "acme_shop";
    private static final String LOGIN = "acme_app";
    private static final String BODY = """
            {"domain": "acme.test",
             "database": {"name": "acme_shop", "username": "acme_app"},
             "mail": {"mailboxes": [{"email": "info@acme.test"}, {"email": "office@acme.test", "quotaMb": 2000}],
                      "forwarders": [{"source": "sales@acme.test", "destinations": ["info@acme.test", "office@acme.test"]}]},
             "dns": {"records": [{"name": "shop", "type": "A", "content": "192.0.2.10"}]}}
            """;

    private final LocalStack stack;
    private final Console console;
    private final String token;
    private final ApiClient gateway;
    private final Customers customers;
    private String customerId = "";
    private JsonNode secrets = com.fasterxml.jackson.databind.node.MissingNode.getInstance();

    SampleCustomer(LocalStack stack, Console console) {
        this.stack = stack;
        this.console = console;
        this.token = stack.key().tenantToken(TENANT, Duration.ofHours(12));
        this.gateway = new ApiClient(stack.http(), stack.url(Service.GATEWAY), token);
        this.customers = new Customers(gateway);
    }

    /** Makes the customer and shows how it goes. */
    void provision() {
        console.progress("POST /v1/customers: acme.test, for tenant %d", TENANT);
        Answer accepted = customers.create(BODY);
        customerId = accepted.json().path("customerId").asText();
        secrets = accepted.json().path("secrets");
        follow(accepted, "active");
    }

    /** Takes the customer away again and shows how it goes. */
    void delete() {
        console.progress("DELETE /v1/customers/%s", customerId);
        follow(customers.delete(customerId), "deleted");
    }

    /** Shows what exists. */
    void show() {}

    /** Shows the lines to copy. */
    void showWhatToTry() {}

    /** Looks for remains, in the services' tables and on the PostgreSQL server. */
    void checkThatNothingIsLeft() {}

    private void follow(Answer accepted, String wanted) {
        JsonNode end = customers.follow(accepted.json().path("id").asText(), this::showLine);
        String status = end.path("status").asText();
        if (!status.equals(wanted)) {
            throw new StackException("The customer is %s, not %s: %s".formatted(status, wanted, end));
        }
    }

    private void showLine(JsonNode event) {
        console.progress(
                "  %-12s %s",
                event.path("step").asText(""), event.path("message").asText(event.toString()));
    }
}
