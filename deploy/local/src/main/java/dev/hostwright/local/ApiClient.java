package dev.hostwright.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One caller of one service: its address and a token. */
public final class ApiClient {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration STREAM_PATIENCE = Duration.ofMinutes(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http;
    private final URI base;
    private final String token;

    public ApiClient(HttpClient http, URI base, String token) {
        this.http = http;
        this.base = base;
        this.token = token;
    }

    public Answer get(String path) {
        return send(request(path).GET());
    }

    /** A POST of JSON; {@code headers} are names and values in turn. */
    public Answer post(String path, String body, String... headers) {
        return send(withJson(path, headers).POST(BodyPublishers.ofString(body)));
    }

    /** A PUT of JSON; {@code headers} are names and values in turn. */
    public Answer put(String path, String body, String... headers) {
        return send(withJson(path, headers).PUT(BodyPublishers.ofString(body)));
    }

    /** A PATCH of JSON; {@code headers} are names and values in turn. */
    public Answer patch(String path, String body, String... headers) {
        return send(withJson(path, headers).method("PATCH", BodyPublishers.ofString(body)));
    }

    public Answer delete(String path) {
        return send(request(path).DELETE());
    }

    /** Reads a stream of server-sent events to its end: the data of each is JSON. */
    public void events(String path, String lastEventId, Consumer<Event> reader) throws IOException {
        HttpRequest.Builder question = request(path).GET().setHeader("Accept", "text/event-stream");
        question.timeout(STREAM_PATIENCE);
        if (!lastEventId.isEmpty()) {
            question.setHeader("Last-Event-ID", lastEventId);
        }
        try {
            HttpResponse<Stream<String>> answer = http.send(question.build(), BodyHandlers.ofLines());
            try (Stream<String> lines = answer.body()) {
                if (answer.statusCode() != 200) {
                    throw new StackException("GET %s answered %d".formatted(path, answer.statusCode()));
                }
                readEvents(lines.iterator(), reader);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted", e);
        }
    }

    private static void readEvents(Iterator<String> lines, Consumer<Event> reader) {
        String id = "";
        String name = "";
        StringBuilder data = new StringBuilder();
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.startsWith("id:")) {
                id = line.substring(3).strip();
            } else if (line.startsWith("event:")) {
                name = line.substring(6).strip();
            } else if (line.startsWith("data:")) {
                data.append(line.substring(5)).append('\n');
            } else if (line.isEmpty() && !data.isEmpty()) {
                reader.accept(new Event(id, name, parse(data.toString())));
                data.setLength(0);
            }
        }
    }

    /** One server-sent event. */
    public record Event(String id, String name, JsonNode data) {}

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token)
                .header("Accept", "*/*");
    }

    private HttpRequest.Builder withJson(String path, String... headers) {
        HttpRequest.Builder question = request(path).header("Content-Type", "application/json");
        return headers.length == 0 ? question : question.headers(headers);
    }

    private Answer send(HttpRequest.Builder builder) {
        HttpRequest question = builder.build();
        String name = question.method() + " " + question.uri();
        try {
            HttpResponse<String> answer = http.send(question, BodyHandlers.ofString());
            String type = answer.headers().firstValue("Content-Type").orElse("");
            return new Answer(
                    name,
                    answer.statusCode(),
                    answer.headers().firstValue("Location"),
                    answer.headers().firstValue("Change-Id"),
                    answer.headers().firstValue("Retry-After"),
                    type.contains("json") ? parse(answer.body()) : JsonNodeFactory.instance.objectNode(),
                    answer.body());
        } catch (IOException e) {
            throw new StackException("%s failed: %s".formatted(name, e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted", e);
        }
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new StackException("this is no JSON: " + json, e);
        }
    }
}
