package dev.hostwright.mail.forwarder;

import dev.hostwright.contract.FenceContract;
import dev.hostwright.contract.PostgresResource;
import dev.hostwright.mail.Api;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class ForwarderFenceTest implements FenceContract {

    @Override
    public String collection() {
        return "/v1/forwarders";
    }

    @Override
    public String freshBody() {
        return Api.forwarder("sales@" + Api.hosted(7), "a@elsewhere.example");
    }
}
