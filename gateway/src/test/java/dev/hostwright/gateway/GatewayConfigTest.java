package dev.hostwright.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostwright.gateway.GatewayConfig.HaltPoint;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayConfigTest {

    @ParameterizedTest
    @CsvSource({
        "after-intake-commit, AFTER_INTAKE_COMMIT",
        "after-claim, AFTER_CLAIM",
        "after-first-step-started, AFTER_FIRST_STEP_STARTED",
        "after-first-answer, AFTER_FIRST_ANSWER",
        "before-finish, BEFORE_FINISH"
    })
    void aTestNamesThePointWhereTheProcessEnds(String setting, HaltPoint point) {
        assertThat(Settings.of(Map.of("GATEWAY_HALT_AT", setting)).haltAt()).contains(point);
    }

    @Test
    void theProcessEndsNowhereUnlessATestSaysSo() {
        GatewayConfig config = Settings.of(Map.of());

        assertThat(config.haltAt()).isEmpty();
        for (HaltPoint point : HaltPoint.values()) {
            config.reached(point);
        }
        assertThatThrownBy(() ->
                        Settings.of(Map.of("GATEWAY_HALT_AT", "somewhere")).haltAt())
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void aCallEndsWellBeforeItsLease() {
        GatewayConfig config = Settings.of(Map.of());

        assertThat(config.callTimeout()).isLessThan(config.lease().dividedBy(2));
        assertThat(config.renewEvery()).isLessThan(config.lease().dividedBy(2));
    }
}
