package dev.hostwright.gateway;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the services offer is part of the gateway's document, by way of {@code META-INF/openapi.yaml}. */
@QuarkusTest
@TestProfile(PublicOpenApiTest.OwnPartOnly.class)
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "gateway"))
class PublicOpenApiTest {

    private static final Path SERVICES_PART = Path.of("src/main/resources/META-INF/openapi.yaml");

    /** The gateway without that file, to see which names are its own. */
    public static class OwnPartOnly implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.smallrye-openapi.ignore-static-document", "true");
        }
    }

    /**
     * Run with {@code -Dopenapi.write=true} when a service has changed its document; then run {@link OpenApiTest} so,
     * too, in a build of its own.
     */
    @Test
    void theServicesPartIsWhatTheirDocumentsSay() throws IOException {
        YAMLMapper yaml = YAMLMapper.builder()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                .build();
        JsonNode own = yaml.readTree(given().get("/q/openapi").asString());
        PublicDocument document = new PublicDocument(own);
        for (String service : List.of("db", "mail", "dns")) {
            Path checkedIn = Path.of("..", service + "-service", "openapi.yaml");
            if (Files.exists(checkedIn)) {
                document.add(service, yaml.readTree(Files.readString(checkedIn)));
            }
        }
        String part = "# What the services offer through the gateway; written by PublicOpenApiTest.\n"
                + yaml.writeValueAsString(document.toJson());
        if (Boolean.getBoolean("openapi.write")) {
            Files.createDirectories(SERVICES_PART.getParent());
            Files.writeString(SERVICES_PART, part);
        }

        assertThat(SERVICES_PART).hasContent(part);
    }
}
