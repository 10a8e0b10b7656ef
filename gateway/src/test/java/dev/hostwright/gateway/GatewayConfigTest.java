package dev.hostwright.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostwright.gateway.GatewayConfig.HaltPoint;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayConfigTest {

    private static GatewayConfig config(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.putIfAbsent("gateway.secret-key", "x");
        return new SmallRyeConfigBuilder()
                .withMapping(GatewayConfig.class)
                .withConverter(Duration.class, 500, new DurationConverter())
                .withDefaultValues(all)
                .build()
                .getConfigMapping(GatewayConfig.class);
    }

    @ParameterizedTest
    @CsvSource({
        "after-intake-commit, AFTER_INTAKE_COMMIT",
        "after-claim, AFTER_CLAIM",
        "after-first-step-started, AFTER_FIRST_STEP_STARTED",
        "after-first-answer, AFTER_FIRST_ANSWER",
        "before-finish, BEFORE_FINISH"
    })
    void aTestNamesThePointWhereTheProcessEnds(String setting, HaltPoint point) {
        assertThat(config(Map.of("gateway.halt-at", setting)).haltAt()).contains(point);
    }

    @Test
    void theProcessEndsNowhereUnlessATestSaysSo() {
        GatewayConfig config = config(Map.of("gateway.halt-at", ""));

        assertThat(config.haltAt()).isEmpty();
        for (HaltPoint point : HaltPoint.values()) {
            config.reached(point);
        }
        assertThatThrownBy(() -> config(Map.of("gateway.halt-at", "somewhere")).haltAt())
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void aCallEndsWellBeforeItsLease() {
        GatewayConfig config = config(Map.of());

        assertThat(config.callTimeout()).isLessThan(config.lease().dividedBy(2));
        assertThat(config.renewEvery()).isLessThan(config.lease().dividedBy(2));
    }
}
