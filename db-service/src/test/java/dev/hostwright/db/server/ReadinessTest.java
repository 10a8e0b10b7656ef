package dev.hostwright.db.server;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import dev.hostwright.db.AnotherPostgres;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URL;
import org.junit.jupiter.api.Test;

/** Not on the packaged service too, whose management port nobody tells a test. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
@QuarkusTestResource(
        value = AnotherPostgres.class,
        restrictToAnnotatedClass = true,
        initArgs = @ResourceArg(name = "later", value = "true"))
class ReadinessTest {

    @TestHTTPResource(value = "/", management = true)
    @SuppressWarnings("NullAway.Init")
    URL management;

    private String at(String path) {
        return "http://%s:%d/q/%s".formatted(management.getHost(), management.getPort(), path);
    }

    @Test
    void theServiceIsReadyWithoutAServerThatIsNotHomeAndSaysThatItIsDown() {
        String check = "checks.find { it.name == 'database servers' }.";

        given().get(at("health/ready"))
                .then()
                .statusCode(200)
                .body("status", equalTo("UP"))
                .body(check + "data.default", equalTo("up"))
                .body(check + "data.second", equalTo("down"));
    }
}
