package dev.hostwright.db;

import dev.hostwright.contract.ProvisionedResourceContract;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class ProvisionedResourceContractTest implements ProvisionedResourceContract {

    @Override
    public String collection() {
        return "/v1/databases";
    }

    @Override
    public String freshBody() {
        return "{\"name\": \"fresh_%d\", \"username\": \"fresh_user_%1$d\"}".formatted(System.nanoTime());
    }
}
