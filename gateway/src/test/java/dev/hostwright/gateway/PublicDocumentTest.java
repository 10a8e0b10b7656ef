package dev.hostwright.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;

class PublicDocumentTest {

    private static final String OWN = """
            paths:
              /v1/customers: {get: {operationId: listCustomers}}
            components:
              schemas:
                Problem: {type: object, properties: {errors: {type: array, items: {$ref: '#/components/schemas/Item'}}}}
                Item: {type: object, properties: {pointer: {type: string}}}
                Mailbox: {type: object, properties: {asked: {type: string}}}
            """;

    private static final String MAIL = """
            tags: [{name: mailboxes, description: Mailboxes}]
            paths:
              /v1/mailboxes:
                parameters: [{name: X-Operation-Id, in: header}]
                post:
                  operationId: createMailbox
                  tags: [mailboxes]
                  parameters: [{name: x-operation-fence, in: header}, {name: Prefer, in: header}]
                  security: [{SecurityScheme: []}]
                  responses:
                    '201': {content: {application/json: {schema: {$ref: '#/components/schemas/Mailbox'}}}}
                    '400': {content: {application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}}}
              /v1/mailboxes/{id}:
                get: {}
            components:
              schemas:
                Problem: {type: object, properties: {errors: {type: array, items: {$ref: '#/components/schemas/Item'}}}}
                Item: {type: object, properties: {pointer: {type: string}}}
                Mailbox: {type: object, properties: {email: {$ref: '#/components/schemas/Address'}}}
                Address: {type: string}
            """;

    private static JsonNode yaml(String text) {
        try {
            return new YAMLMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static JsonNode merged(String... services) {
        PublicDocument document = new PublicDocument(yaml(OWN));
        for (int i = 0; i < services.length; i += 2) {
            document.add(services[i], yaml(services[i + 1]));
        }
        return document.toJson();
    }

    @Test
    void aSchemaThatMeansTheSameIsNotSaidTwice() {
        assertThat(merged("mail", MAIL).at("/components/schemas").fieldNames())
                .toIterable()
                .containsExactly("Address", "MailMailbox");
    }

    @Test
    void aSchemaOfATakenNameGetsAnother() {
        JsonNode document = merged("mail", MAIL);

        assertThat(document.at("/components/schemas/MailMailbox/properties/email/$ref")
                        .asText())
                .isEqualTo("#/components/schemas/Address");
        assertThat(document.at("/paths/~1v1~1mailboxes/post/responses/201/content/application~1json/schema/$ref")
                        .asText())
                .isEqualTo("#/components/schemas/MailMailbox");
    }

    @Test
    void aSchemaThatRefersToADifferentOneIsDifferent() {
        String other = MAIL.replace("pointer: {type: string}", "pointer: {type: string, maxLength: 9}")
                .replace("mailboxes", "others")
                .replace("createMailbox", "createOther");

        assertThat(merged("mail", MAIL, "dns", other).at("/components/schemas").fieldNames())
                .toIterable()
                .contains("DnsProblem", "DnsItem")
                .doesNotContain("Problem", "Item");
    }

    @Test
    void whatTheGatewaySaysItselfIsNotAskedOfACaller() {
        JsonNode path = merged("mail", MAIL).at("/paths/~1v1~1mailboxes");

        assertThat(path.has("parameters")).isFalse();
        assertThat(path.at("/post/parameters").findValuesAsText("name")).containsExactly("Prefer");
        assertThat(path.path("post").has("security")).isFalse();
    }

    @Test
    void everyOperationHasANameATagAndTheGatewaysAnswers() {
        JsonNode operation = merged("mail", MAIL).at("/paths/~1v1~1mailboxes~1{id}/get");

        assertThat(operation.path("operationId").asText()).isEqualTo("getMailboxesId");
        assertThat(operation.at("/tags/0").asText()).isEqualTo("mail");
        assertThat(operation.path("responses").fieldNames()).toIterable().contains("502", "504");
    }

    @Test
    void makingADatabaseMayBeAskedForLeniently() {
        String db = """
                paths:
                  /v1/databases: {get: {}, post: {}}
                  /v1/databases/{id}: {put: {}, delete: {}}
                  /v1/databases/{id}/grants/{role}: {put: {}}
                """;

        JsonNode paths = merged("db", db).path("paths");

        assertThat(paths.at("/~1v1~1databases/post/parameters/0/name").asText()).isEqualTo("Prefer");
        assertThat(paths.at("/~1v1~1databases~1{id}/put/parameters/0/name").asText())
                .isEqualTo("Prefer");
        assertThat(paths.findParents("parameters")).hasSize(2);
    }

    @Test
    void anOperationOfATakenNameGetsAnother() {
        String mail = MAIL.replace("createMailbox", "listCustomers");

        assertThat(merged("mail", mail).findValuesAsText("operationId")).contains("mailListCustomers");
    }

    @Test
    void twoThatOfferOnePathAreAMistake() {
        PublicDocument document = new PublicDocument(yaml(OWN));
        document.add("mail", yaml(MAIL));

        assertThatThrownBy(() -> document.add("dns", yaml(MAIL))).hasMessageContaining("/v1/mailboxes");
    }
}
