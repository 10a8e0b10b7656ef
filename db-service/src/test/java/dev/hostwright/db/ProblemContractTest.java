package dev.hostwright.db;

import dev.hostwright.contract.ProblemContract;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class ProblemContractTest implements ProblemContract {

    @Override
    public String collection() {
        return "/v1/databases";
    }

    @Override
    public String validBody() {
        return "{\"name\": \"problem_db\", \"username\": \"problem_user\"}";
    }

    @Override
    public String field() {
        return "name";
    }
}
