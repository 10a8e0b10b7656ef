package dev.hostwright.mail;

import dev.hostwright.contract.PostgresResource;
import dev.hostwright.contract.ProblemContract;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class ProblemContractTest implements ProblemContract {

    @Override
    public String collection() {
        return "/v1/mail-domains";
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
