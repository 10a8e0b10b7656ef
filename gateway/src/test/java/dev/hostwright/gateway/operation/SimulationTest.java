package dev.hostwright.gateway.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code -Dsimulation.seed=…} runs the same schedules again, {@code -Dsimulation.schedules=…} more of them. */
class SimulationTest {

    private static final long SEED = Long.getLong("simulation.seed", System.nanoTime());
    private static final int SCHEDULES = Integer.getInteger("simulation.schedules", 100_000);
    private static final int UNTIL_CAUGHT = 50_000;

    @Test
    void whateverIsLostLateOrDoubledItEndsActiveOrFailedWithNothingLeft() {
        System.out.printf("simulation: %d schedules from seed %d%n", SCHEDULES, SEED);
        Map<Status, Integer> ends = new EnumMap<>(Status.class);

        for (int i = 0; i < SCHEDULES; i++) {
            try {
                ends.merge(new Simulation(SEED + i, Simulation.Flaw.NONE).run(), 1, Integer::sum);
            } catch (RuntimeException e) {
                fail("-Dsimulation.seed=" + (SEED + i) + " -Dsimulation.schedules=1: " + e.getMessage(), e);
            }
        }

        System.out.println("simulation: " + ends);
        assertThat(ends).containsOnlyKeys(Status.ACTIVE, Status.FAILED, Status.DELETED);
        assertThat(ends.values()).allMatch(count -> count > SCHEDULES / 20);
    }

    @ParameterizedTest
    @EnumSource(value = Simulation.Flaw.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void theOracleNoticesWhenItIsBuiltWrong(Simulation.Flaw flaw) {
        for (int i = 0; i < UNTIL_CAUGHT; i++) {
            try {
                new Simulation(SEED + i, flaw).run();
            } catch (Simulation.Broken caught) {
                System.out.printf("simulation: %s caught after %d schedules%n", flaw, i + 1);
                return;
            }
        }

        fail(flaw + " was not noticed in " + UNTIL_CAUGHT + " schedules");
    }
}
