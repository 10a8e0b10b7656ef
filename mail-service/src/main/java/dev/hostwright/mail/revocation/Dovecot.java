package dev.hostwright.mail.revocation;

import dev.hostwright.mail.MailConfig;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.core.http.HttpClient;
import io.vertx.mutiny.core.http.HttpClientResponse;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Dovecot's doveadm over HTTP: a list of commands, each with a tag, and an answer to each. */
@ApplicationScoped
class Dovecot {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** EX_NOUSER of sysexits.h: there is no such login, or it has no session, which is as wanted. */
    private static final int NOBODY = 67;

    private static final int NOTHING_FOUND = 68;

    private final HttpClient http;
    private final Optional<URI> url;
    private final String authorization;

    Dovecot(Vertx vertx, MailConfig config) {
        this.http = vertx.createHttpClient();
        this.url = config.doveadm().url().map(base -> base.resolve("/doveadm/v1"));
        byte[] key = config.doveadm().key().orElse("").getBytes(StandardCharsets.UTF_8);
        this.authorization = "X-Dovecot-API " + Base64.getEncoder().encodeToString(key);
    }

    /**
     * Forgets the logins and ends their sessions; fails when Dovecot does not do so. Without a Dovecot, does nothing.
     */
    Uni<Void> revoke(List<String> logins) {
        return url.map(there -> send(there, commands(logins)))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    private static JsonArray commands(List<String> logins) {
        JsonArray commands = new JsonArray();
        for (String login : logins) {
            JsonArray masks = new JsonArray().add(login);
            commands.add(new JsonArray()
                    .add("authCacheFlush")
                    .add(new JsonObject().put("user", masks))
                    .add("flush " + login));
            commands.add(new JsonArray()
                    .add("kick")
                    .add(new JsonObject().put("mask", masks))
                    .add("kick " + login));
        }
        return commands;
    }

    private Uni<Void> send(URI there, JsonArray commands) {
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(there.toString())
                .putHeader("Authorization", authorization)
                .putHeader("Content-Type", "application/json")
                .setTimeout(PATIENCE.toMillis());
        return http.request(request)
                .chain(asked -> asked.send(Buffer.buffer(commands.encode())))
                .chain(answer -> answer.body().map(body -> check(answer, body)))
                .replaceWithVoid();
    }

    private static Buffer check(HttpClientResponse answer, Buffer body) {
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("Dovecot answered %d".formatted(answer.statusCode()));
        }
        for (Object each : body.toJsonArray()) {
            JsonArray result = (JsonArray) each;
            if (result.getString(0).equals("error")) {
                int code = result.getJsonObject(1).getInteger("exitCode", -1);
                if (code != NOBODY && code != NOTHING_FOUND) {
                    throw new IllegalStateException("Dovecot refused '%s': %s".formatted(result.getString(2), result));
                }
            }
        }
        return body;
    }
}
