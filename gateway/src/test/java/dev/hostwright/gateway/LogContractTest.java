package dev.hostwright.gateway;

import dev.hostwright.contract.LogContract;
import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "gateway"))
class LogContractTest implements LogContract {

    @Override
    public String collection() {
        return "/v1/customers";
    }
}
