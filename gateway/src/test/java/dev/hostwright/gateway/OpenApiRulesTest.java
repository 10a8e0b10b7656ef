package dev.hostwright.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a generated client needs of the document, all of it checked in. */
class OpenApiRulesTest {

    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    private record Operation(String name, JsonNode json) {}

    private static JsonNode document() throws IOException {
        return new YAMLMapper().readTree(Files.readString(Path.of("openapi.yaml")));
    }

    private static List<Operation> operations() throws IOException {
        List<Operation> operations = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document().path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                if (METHODS.contains(method.getKey())) {
                    operations.add(new Operation(method.getKey() + " " + path.getKey(), method.getValue()));
                }
            }
        }
        return operations;
    }

    @Test
    void everyOperationHasANameOfItsOwnAndATag() throws IOException {
        assertThat(operations())
                .isNotEmpty()
                .allSatisfy(operation -> {
                    assertThat(operation.json.path("operationId").asText(""))
                            .as(operation.name)
                            .isNotEmpty();
                    assertThat(operation.json.path("tags")).as(operation.name).isNotEmpty();
                })
                .extracting(operation -> operation.json.path("operationId").asText())
                .doesNotHaveDuplicates();
    }

    @Test
    void everyOperationSaysHowItSucceedsAndHowItRefuses() throws IOException {
        assertThat(operations()).allSatisfy(operation -> assertThat(
                        operation.json.path("responses").fieldNames())
                .as(operation.name)
                .toIterable()
                .anyMatch(status -> status.startsWith("2"))
                .anyMatch(status -> status.startsWith("4")));
    }

    @Test
    void everyReferenceLeadsSomewhere() throws IOException {
        JsonNode document = document();

        assertThat(document.findValuesAsText("$ref")).allSatisfy(reference -> assertThat(
                        document.at(reference.substring(1)).isMissingNode())
                .as(reference)
                .isFalse());
    }

    @Test
    void everyCallTakesATokenOfTheOneScheme() throws IOException {
        JsonNode document = document();

        assertThat(document.at("/components/securitySchemes").fieldNames())
                .toIterable()
                .containsExactly("bearer");
        assertThat(document.at("/components/securitySchemes/bearer/scheme").asText())
                .isEqualTo("bearer");
        assertThat(document.at("/security/0").has("bearer")).isTrue();
    }

    @Test
    void theGatewaysOwnHeadersAreNotShown() throws IOException {
        assertThat(document().findValuesAsText("name")).noneMatch(name -> name.startsWith("X-Operation-"));
    }
}
