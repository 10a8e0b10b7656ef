package dev.hostwright.gateway.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostwright.gateway.problem.FaultException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/zones",
                "/v1/zones/x",
                "/v1/zones/x/rrsets/@/MX",
                "/v1/zones/x/rrsets/*.y/A",
                "/v1/zones/x/rrsets/0%2F25.2.0.192/NS",
                "/v1/zones/x/rrsets/a...b/A",
                "/v1/zones/x/rrsets/%41%c3%bc/A",
                "/v1/zones/x/rrsets/...%2f/A"
            })
    void aPathIsWrittenAsItWasRead(String path) {
        assertThat(Target.of(path, null)).hasToString(path);
        assertThat(Target.of(path, "a=%2F&b")).hasToString(path + "?a=%2F&b");
        assertThat(Target.of(path, "")).hasToString(path + "?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "/",
                "/v1",
                "/v1/",
                "/V1/zones",
                "/v2/zones",
                "/v1/zones/",
                "/v1//zones",
                "/v1/zones/..",
                "/v1/zones/.",
                "/v1/zones/%2e",
                "/v1/zones/%2E%2e/x",
                "/v1/zones/x%2f..%2fy",
                "/v1/zones/..%2Fy",
                "/v1/zones/x%2f.",
                "/v1/zones/x%5Cy",
                "/v1/zones/x%00",
                "/v1/zones/x%7f",
                "/v1/zones/x%0a",
                "/v1/zones/x%",
                "/v1/zones/x%4",
                "/v1/zones/x%zz",
                "/v1/zones/x%fe",
                "/v1/zones/x;y",
                "/v1/zones/x y",
                "/v1/zones/x\\y",
                "/v1/zones/ü",
                "/v1/zones/x#y",
                "/v1/zones/x|y"
            })
    void aPathThatIsNotPlainIsRefused(String path) {
        assertThatThrownBy(() -> Target.of(path, null)).isInstanceOf(FaultException.class);
    }

    @Test
    void aPathAsLongAsARequestLineIsRead() {
        String path = "/v1/zones/" + "a%2F".repeat(20_000);

        assertThat(Target.of(path, "b".repeat(80_000))).hasToString(path + "?" + "b".repeat(80_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a\tb", "a\rb", "a#b", "ü", "a\\b", "\u007f"})
    void aQueryThatIsNotVisibleAsciiIsRefused(String query) {
        assertThatThrownBy(() -> Target.of("/v1/zones", query)).isInstanceOf(FaultException.class);
    }
}
