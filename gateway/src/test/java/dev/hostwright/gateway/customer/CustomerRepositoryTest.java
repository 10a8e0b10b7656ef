package dev.hostwright.gateway.customer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource;
import dev.hostwright.gateway.ServicesStub;
import dev.hostwright.gateway.customer.CustomerRepository.Mark;
import dev.hostwright.gateway.operation.IdempotencyKey;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "gateway"))
@QuarkusTestResource(ServicesStub.class)
class CustomerRepositoryTest {

    @Inject
    CustomerRepository customers;

    @Test
    void aMarkThatExpiredMeanwhileStandsForNothing() {
        Mark mark = new Mark(new IdempotencyKey(UUID.randomUUID().toString()), "POST /v1/customers", "x");

        assertThat(customers.marked(7, mark).await().atMost(Duration.ofSeconds(10)))
                .isEmpty();
    }
}
