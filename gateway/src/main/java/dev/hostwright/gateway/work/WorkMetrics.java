package dev.hostwright.gateway.work;

import dev.hostwright.gateway.operation.ClaimRepository.Backlog;
import dev.hostwright.gateway.operation.Operation;
import dev.hostwright.gateway.operation.Outcome;
import dev.hostwright.gateway.operation.Transition.Call;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** What is counted about the work on operations; no id is ever a label. */
@ApplicationScoped
class WorkMetrics {

    private final MeterRegistry meters;
    private volatile Backlog backlog = new Backlog(0, 0, 0, 0);

    WorkMetrics(MeterRegistry meters) {
        this.meters = meters;
        Gauge.builder("provisioning.due.operations", this, all -> all.backlog.due())
                .register(meters);
        Gauge.builder("provisioning.oldest.due.seconds", this, all -> all.backlog.oldestDueSeconds())
                .register(meters);
        Gauge.builder("provisioning.rolling.back", this, all -> all.backlog.rollingBack())
                .register(meters);
        Gauge.builder("provisioning.attention", this, all -> all.backlog.attention())
                .register(meters);
        Gauge.builder("provisioning.dispatch.mode", () -> 1)
                .tag("mode", "postgres")
                .register(meters);
    }

    void waiting(Backlog now) {
        backlog = now;
    }

    void fenced() {
        meters.counter("provisioning.fenced.writes").increment();
    }

    void step(Call call, Outcome outcome, long nanos) {
        String word =
                switch (outcome) {
                    case Outcome.Done done -> call.undo() ? "undone" : "done";
                    case Outcome.Refused refused -> "refused";
                    case Outcome.Unknown unknown -> "unknown";
                };
        Timer.builder("provisioning.step")
                .tag("step", call.part().word())
                .tag("outcome", word)
                .register(meters)
                .record(Duration.ofNanos(nanos));
    }

    void done(Operation operation, Duration took) {
        String kind = operation.kind().word();
        String outcome = operation.status().word();
        meters.counter("provisioning.operations", "kind", kind, "outcome", outcome)
                .increment();
        Timer.builder("provisioning.operation")
                .tag("kind", kind)
                .tag("outcome", outcome)
                .publishPercentileHistogram()
                .register(meters)
                .record(took);
    }
}
