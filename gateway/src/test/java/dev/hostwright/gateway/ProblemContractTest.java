package dev.hostwright.gateway;

import dev.hostwright.contract.PostgresResource;
import dev.hostwright.contract.ProblemContract;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "gateway"))
class ProblemContractTest implements ProblemContract {

    @Override
    public String collection() {
        return "/v1/customers";
    }

    @Override
    public String validBody() {
        return "{\"domain\": \"problem.example\"}";
    }

    @Override
    public String field() {
        return "domain";
    }
}
