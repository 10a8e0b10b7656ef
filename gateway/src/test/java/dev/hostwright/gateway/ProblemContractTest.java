package dev.hostwright.gateway;

import static io.restassured.RestAssured.given;

import dev.hostwright.contract.PostgresResource;
import dev.hostwright.contract.ProblemContract;
import dev.hostwright.contract.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

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

    /** A customer's id is a name: this one is of the right form, and there is none. */
    @Override
    @Test
    public void anIdThatIsNoUuidIsA400Problem() {
        given().header("Authorization", "Bearer " + Tokens.tenant(7))
                .get("/v1/customers/no-uuid")
                .then()
                .statusCode(404)
                .contentType("application/problem+json");
        for (String path : new String[] {"/v1/customers/No_Id", "/v1/operations/no-uuid"}) {
            given().header("Authorization", "Bearer " + Tokens.tenant(7))
                    .get(path)
                    .then()
                    .statusCode(400)
                    .contentType("application/problem+json");
        }
    }
}
