package dev.hostwright.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the services offer through the gateway, as one OpenAPI document that the gateway's own is laid over: their
 * paths, and their schemas under names that nobody else has. A schema that is the same in two of them is there once.
 */
final class PublicDocument {

    private static final String SCHEMA = "#/components/schemas/";
    private static final String BEARER = "bearer";
    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "patch", "head", "options", "trace");

    private static final Set<String> LENIENT = Set.of("post /v1/databases", "put /v1/databases/{}");

    private final ObjectNode own;
    private final ObjectNode schemas = JsonNodeFactory.instance.objectNode();
    private final Map<String, JsonNode> expanded = new HashMap<>();
    private final Map<String, ObjectNode> paths = new TreeMap<>();
    private final Map<String, JsonNode> tags = new TreeMap<>();
    private final Set<String> operationIds = new HashSet<>();

    /** Starts with nothing but the gateway's own document, whose names are taken. */
    PublicDocument(JsonNode own) {
        this.own = (ObjectNode) own;
        own.path("components")
                .path("schemas")
                .properties()
                .forEach(schema -> expanded.put(schema.getKey(), expand(schema.getValue(), own, Set.of())));
        own.findValuesAsText("operationId").forEach(operationIds::add);
    }

    /**
     * Adds a service.
     *
     * @param service its short name, such as {@code dns}
     */
    void add(String service, JsonNode document) {
        Map<String, String> names = names(service, document);
        for (Map.Entry<String, JsonNode> schema :
                document.path("components").path("schemas").properties()) {
            String name = names.get(schema.getKey());
            if (!own.path("components").path("schemas").has(name)) {
                schemas.set(name, renamed(schema.getValue(), names));
            }
        }
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            if (own.path("paths").has(path.getKey()) || paths.containsKey(path.getKey())) {
                throw new IllegalStateException(service + " offers " + path.getKey() + ", which is there already");
            }
            paths.put(path.getKey(), publicPath(service, path.getKey(), renamed(path.getValue(), names)));
        }
        document.path("tags").forEach(tag -> tags.putIfAbsent(tag.path("name").asText(), tag));
    }

    ObjectNode toJson() {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("openapi", "3.1.0");
        document.putArray("security").addObject().putArray(BEARER);
        document.putArray("tags").addAll(tags.values());
        document.putObject("paths").setAll(paths);
        ObjectNode components = document.putObject("components");
        ObjectNode sorted = components.putObject("schemas");
        schemas.properties().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(schema -> sorted.set(schema.getKey(), schema.getValue()));
        return document;
    }

    /** What each schema of the service is called here. */
    private Map<String, String> names(String service, JsonNode document) {
        Map<String, String> names = new HashMap<>();
        for (Map.Entry<String, JsonNode> schema :
                document.path("components").path("schemas").properties()) {
            JsonNode meaning = expand(schema.getValue(), document, Set.of());
            String name = schema.getKey();
            if (expanded.containsKey(name) && !meaning.equals(expanded.get(name))) {
                name = capital(service) + name;
            }
            if (expanded.containsKey(name) && !meaning.equals(expanded.get(name))) {
                throw new IllegalStateException("two schemas are called " + name);
            }
            expanded.put(name, meaning);
            names.put(schema.getKey(), name);
        }
        return names;
    }

    /** A path as it is from outside: without the gateway's own headers, and with what the gateway may answer. */
    private ObjectNode publicPath(String service, String path, JsonNode item) {
        ObjectNode shown = (ObjectNode) item;
        withoutOperationHeaders(shown);
        for (Map.Entry<String, JsonNode> method : shown.properties()) {
            if (METHODS.contains(method.getKey())) {
                ObjectNode operation = (ObjectNode) method.getValue();
                withoutOperationHeaders(operation);
                operation.remove("security");
                operation.put("operationId", operationId(service, method.getKey(), path, operation));
                if (operation.path("tags").isEmpty()) {
                    operation.putArray("tags").add(service);
                }
                if (LENIENT.contains(method.getKey() + " " + path.replaceAll("\\{.*?}", "{}"))) {
                    operation.withArrayProperty("parameters").add(prefer());
                }
                ObjectNode responses = operation.withObjectProperty("responses");
                answer(responses, "502", "The service behind cannot be reached");
                answer(responses, "504", "The service behind did not answer in time");
            }
        }
        return shown;
    }

    private String operationId(String service, String method, String path, JsonNode operation) {
        StringBuilder id = new StringBuilder(method);
        for (String part : path.replace("/v1/", "").split("[^A-Za-z0-9]+")) {
            id.append(capital(part));
        }
        String wanted = operation.path("operationId").asText(id.toString());
        for (String candidate : List.of(wanted, service + capital(wanted))) {
            if (operationIds.add(candidate)) {
                return candidate;
            }
        }
        throw new IllegalStateException("two operations are called " + wanted);
    }

    /** What the gateway understands before the service does. */
    private static ObjectNode prefer() {
        ObjectNode prefer = JsonNodeFactory.instance
                .objectNode()
                .put("name", "Prefer")
                .put("in", "header")
                .put(
                        "description",
                        "handling=lenient: everything but ASCII letters, digits and underscores is taken out of name and"
                                + " username, and letters become lower case; the answer shows the names given.");
        prefer.putObject("schema").put("type", "string").putArray("examples").add("handling=lenient");
        return prefer;
    }

    private static void answer(ObjectNode responses, String status, String description) {
        ObjectNode response = responses.putObject(status).put("description", description);
        response.putObject("content")
                .putObject("application/problem+json")
                .putObject("schema")
                .put("$ref", SCHEMA + "Problem");
    }

    private static void withoutOperationHeaders(ObjectNode holder) {
        if (holder.get("parameters") instanceof ArrayNode parameters) {
            List<JsonNode> kept = new ArrayList<>();
            for (JsonNode parameter : parameters) {
                String name = parameter.path("name").asText().toLowerCase(Locale.ROOT);
                if (!parameter.path("in").asText().equals("header") || !name.startsWith("x-operation-")) {
                    kept.add(parameter);
                }
            }
            if (kept.isEmpty()) {
                holder.remove("parameters");
            } else {
                holder.putArray("parameters").addAll(kept);
            }
        }
    }

    /** A copy in which every reference has the new name. */
    private static JsonNode renamed(JsonNode node, Map<String, String> names) {
        JsonNode copy = node.deepCopy();
        for (JsonNode holder : copy.findParents("$ref")) {
            String reference = holder.path("$ref").asText();
            if (!reference.startsWith(SCHEMA)) {
                throw new IllegalStateException("only schemas are referred to, not " + reference);
            }
            String name = reference.substring(SCHEMA.length());
            ((ObjectNode) holder).put("$ref", SCHEMA + names.getOrDefault(name, name));
        }
        return copy;
    }

    /** The schema with everything that it refers to in its place, so that two can be compared by what they mean. */
    private static JsonNode expand(JsonNode node, JsonNode document, Set<String> within) {
        String reference = node.path("$ref").asText("");
        if (reference.startsWith(SCHEMA)) {
            String name = reference.substring(SCHEMA.length());
            if (within.contains(name)) {
                return node;
            }
            Set<String> deeper = new HashSet<>(within);
            deeper.add(name);
            return expand(document.path("components").path("schemas").path(name), document, deeper);
        }
        if (node instanceof ObjectNode object) {
            ObjectNode whole = JsonNodeFactory.instance.objectNode();
            object.properties().forEach(field -> whole.set(field.getKey(), expand(field.getValue(), document, within)));
            return whole;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode whole = JsonNodeFactory.instance.arrayNode();
            array.forEach(element -> whole.add(expand(element, document, within)));
            return whole;
        }
        return node;
    }

    private static String capital(String word) {
        return word.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
