package dev.hostwright.mail;

import dev.hostwright.contract.PostgresResource;
import dev.hostwright.contract.ProvisionedResourceContract;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class ProvisionedResourceContractTest implements ProvisionedResourceContract {

    @Override
    public String collection() {
        return "/v1/mail-domains";
    }

    @Override
    public String freshBody() {
        return "{\"domain\": \"fresh-%d.example\"}".formatted(System.nanoTime());
    }
}
