package dev.hostwright.db;

import dev.hostwright.contract.LogContract;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class LogContractTest implements LogContract {

    @Override
    public String collection() {
        return "/v1/databases";
    }
}
