package dev.hostwright.db.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotaTest {

    private static final Instant NOW = Instant.parse("2031-05-01T12:00:00Z");
    private static final Duration GRACE = Duration.ofDays(3);
    private static final Instant JUST_NOT_TOO_LONG = NOW.minus(GRACE).plusMillis(1);

    @ParameterizedTest
    @CsvSource({
        "within, 0, within",
        "within, 79, within",
        "within, 80, warned",
        "within, 99, warned",
        "within, 100, restricted",
        "within, 500, restricted",
        "warned, 79, within",
        "warned, 80, warned",
        "warned, 100, restricted",
        "warned, 500, restricted",
        "restricted, 119, restricted",
        "restricted, 100, restricted",
        "restricted, 90, restricted",
        "restricted, 89, warned",
        "restricted, 79, within",
        "restricted, 120, suspended",
        "suspended, 100, suspended",
        "suspended, 90, suspended",
        "suspended, 89, warned",
        "suspended, 10, within"
    })
    void aSizeLeadsToAStep(String from, long size, String to) {
        Quota quota = new Quota(100, QuotaStep.of(from), JUST_NOT_TOO_LONG, 100);

        assertThat(quota.next(size, GRACE, NOW)).isEqualTo(QuotaStep.of(to));
    }

    @ParameterizedTest
    @CsvSource({"500, 500, restricted", "500, 599, restricted", "500, 600, suspended", "90, 119, restricted"})
    void whoeverIsRestrictedIsSuspendedForWhatHeGrewSinceThen(long from, long size, String to) {
        Quota quota = new Quota(100, QuotaStep.RESTRICTED, JUST_NOT_TOO_LONG, from);

        assertThat(quota.next(size, GRACE, NOW)).isEqualTo(QuotaStep.of(to));
    }

    @ParameterizedTest
    @CsvSource({
        "within, 100, restricted",
        "warned, 100, restricted",
        "restricted, 100, suspended",
        "restricted, 99, restricted",
        "restricted, 89, warned"
    })
    void whatIsFullForTooLongIsSuspended(String from, long size, String to) {
        Quota quota = new Quota(100, QuotaStep.of(from), NOW.minus(GRACE), 100);

        assertThat(quota.next(size, GRACE, NOW)).isEqualTo(QuotaStep.of(to));
    }

    @ParameterizedTest
    @CsvSource({"within", "warned", "restricted", "suspended"})
    void withoutALimitNothingIsTooMuch(String from) {
        Quota quota = new Quota(0, QuotaStep.of(from), NOW.minus(GRACE), 0);

        assertThat(quota.next(Long.MAX_VALUE, GRACE, NOW)).isEqualTo(QuotaStep.WITHIN);
    }
}
