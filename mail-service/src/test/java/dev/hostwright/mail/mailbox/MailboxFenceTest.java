package dev.hostwright.mail.mailbox;

import dev.hostwright.contract.FenceContract;
import dev.hostwright.contract.PostgresResource;
import dev.hostwright.mail.Api;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class MailboxFenceTest implements FenceContract {

    @Override
    public String collection() {
        return "/v1/mailboxes";
    }

    @Override
    public String freshBody() {
        return "{\"email\": \"info@%s\"}".formatted(Api.hosted(7));
    }
}
