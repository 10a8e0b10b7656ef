package dev.hostwright.gateway;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** The services behind the gateway, played by WireMock: each does what it is asked, unless a test says otherwise. */
public class ServicesStub implements QuarkusTestResourceLifecycleManager {

    /** Stubs of a test come before these. */
    private static final int LAST = 10;

    private static final Path PORT = Path.of("target", "test-keys", "services.port");

    private final WireMockServer server =
            new WireMockServer(WireMockConfiguration.options().dynamicPort().containerThreads(64));

    @Override
    public Map<String, String> start() {
        server.start();
        answer(put(urlPathMatching("/v1/databases/[^/]+")), made("""
                {"id": "{{request.pathSegments.[2]}}", "tenantId": 7, "name": "{{jsonPath request.body '$.name'}}",
                 "username": "{{jsonPath request.body '$.username'}}", "host": "db1.example", "port": 5432,
                 "connectionString": "postgresql://{{jsonPath request.body '$.username'}}:{{jsonPath request.body '$.password'}}@db1.example:5432/{{jsonPath request.body '$.name'}}",
                 "status": "active", "suspended": false}
                """));
        answer(put(urlPathMatching("/v1/mail-domains/[^/]+")), made("""
                {"id": "{{request.pathSegments.[2]}}", "tenantId": 7, "domain": "{{jsonPath request.body '$.domain'}}",
                 "mailboxes": [{"id": "018f0000-0000-7000-8000-000000000001", "email": "info@x.example", "quotaMb": 1000,
                                "enabled": true, "mailboxPath": "/var/mail/vhosts/x.example/info"}],
                 "forwarders": [], "status": "active", "suspended": false}
                """));
        answer(put(urlPathMatching("/v1/zones/[^/]+")), made("""
                {"id": "{{request.pathSegments.[2]}}", "tenantId": 7, "domain": "{{jsonPath request.body '$.domain'}}",
                 "type": "MASTER", "serial": 2026112301, "nameServers": ["ns1.x.example."], "status": "active"}
                """));
        answer(
                get(urlPathMatching("/v1/mail-domains/[^/]+/records")),
                aResponse()
                        .withStatus(200)
                        .withHeader("Content-Type", "application/json")
                        .withBody(
                                "{\"items\": [{\"name\": \"@\", \"type\": \"MX\", \"content\": \"mail.x.example.\", \"prio\": 10}]}"));
        answer(
                put(urlPathMatching("/v1/zones/[^/]+/record-groups/mail")),
                aResponse()
                        .withStatus(200)
                        .withHeader("Content-Type", "application/json")
                        .withBody("{\"name\": \"mail\", \"serial\": 2026112302, \"records\": []}"));
        answer(any(urlPathMatching("/v1/[^/]+/[^/]+/suspension")), aResponse().withStatus(204));
        answer(delete(urlPathMatching("/v1/.*")), aResponse().withStatus(204));
        try {
            Files.createDirectories(PORT.getParent());
            Files.writeString(PORT, String.valueOf(server.port()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> settings = new HashMap<>();
        settings.put("DB_SERVICE_URL", server.baseUrl());
        settings.put("MAIL_SERVICE_URL", server.baseUrl());
        settings.put("DNS_SERVICE_URL", server.baseUrl());
        settings.put("OPERATION_SECRET_KEY", Base64.getEncoder().encodeToString(new byte[32]));
        settings.put("OPERATION_FIRST_DELAY", "20ms");
        settings.put("OPERATION_LONGEST_DELAY", "200ms");
        settings.put("OPERATION_LONGEST_UNDO_DELAY", "200ms");
        settings.put("OPERATION_ATTEMPTS", "6");
        settings.put("OPERATION_ATTENTION_AFTER", "1s");
        settings.put("OPERATION_SWEEP_EVERY", "50ms");
        settings.put("EVENT_STREAMS", "5");
        settings.put("SERVICE_TIMEOUT", "5s");
        return settings;
    }

    @Override
    public void stop() {
        server.stop();
    }

    private void answer(MappingBuilder request, ResponseDefinitionBuilder response) {
        server.stubFor(request.atPriority(LAST).willReturn(response));
    }

    private static ResponseDefinitionBuilder made(String body) {
        return aResponse()
                .withStatus(201)
                .withHeader("Content-Type", "application/json")
                .withBody(body)
                .withTransformers("response-template");
    }

    /** The services as a test programs and questions them, over HTTP. */
    public static WireMock client() {
        try {
            return new WireMock("127.0.0.1", Integer.parseInt(Files.readString(PORT)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
