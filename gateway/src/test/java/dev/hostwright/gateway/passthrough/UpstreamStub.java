package dev.hostwright.gateway.passthrough;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.matching.RequestPatternBuilder;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** The three services behind the gateway, played by WireMock; each test stubs paths of its own. */
public class UpstreamStub implements QuarkusTestResourceLifecycleManager {

    public final WireMockServer db = server();
    public final WireMockServer mail = server();
    public final WireMockServer dns = server();

    private static WireMockServer server() {
        return new WireMockServer(WireMockConfiguration.options().dynamicPort().containerThreads(40));
    }

    @Override
    public Map<String, String> start() {
        db.start();
        mail.start();
        dns.start();
        return Map.of(
                "upstream.db", db.baseUrl(),
                "upstream.mail", mail.baseUrl(),
                "upstream.dns", dns.baseUrl(),
                "upstream.timeout", "3s",
                "upstream.longest-answer", "4M");
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, new TestInjector.MatchesType(UpstreamStub.class));
    }

    @Override
    public void stop() {
        db.stop();
        mail.stop();
        dns.stop();
    }

    /** The one request that a service got and that fits. */
    public static LoggedRequest only(WireMockServer service, RequestPatternBuilder pattern) {
        List<LoggedRequest> found = service.findAll(pattern);
        if (found.size() != 1) {
            throw new AssertionError("expected one request, got " + found.size() + " for " + pattern.build());
        }
        return found.getFirst();
    }

    /** The claims of the token that came with a request. */
    public static JsonNode claims(LoggedRequest request) {
        try {
            String token = request.getHeader("Authorization").substring("Bearer ".length());
            return new ObjectMapper().readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
