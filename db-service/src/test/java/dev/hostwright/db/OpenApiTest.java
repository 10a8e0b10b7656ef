package dev.hostwright.db;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class OpenApiTest {

    private static final Path CHECKED_IN = Path.of("openapi.yaml");

    /** Run with {@code -Dopenapi.write=true} to take over a change that is meant. */
    @Test
    void theDocumentServedIsTheOneCheckedIn() throws IOException {
        String served =
                given().get("/q/openapi").then().statusCode(200).extract().asString();
        if (Boolean.getBoolean("openapi.write")) {
            Files.writeString(CHECKED_IN, served);
        }

        assertThat(CHECKED_IN).hasContent(served);
    }
}
