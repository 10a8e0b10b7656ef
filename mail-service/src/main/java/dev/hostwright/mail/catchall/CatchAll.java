package dev.hostwright.mail.catchall;

import dev.hostwright.mail.forwarder.Destination;
import dev.hostwright.mail.problem.Fault;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Where mail for the addresses of a domain goes that nobody has, as it is shown.
 *
 * @param destinations as they were given
 */
@Schema(requiredProperties = {"domain", "destinations", "createdAt", "updatedAt"})
public record CatchAll(String domain, List<String> destinations, Instant createdAt, Instant updatedAt) {

    public CatchAll {
        destinations = List.copyOf(destinations);
    }

    static CatchAll from(Row row) {
        return new CatchAll(
                row.getString("domain"),
                List.of(row.getString("destination").split(",", -1)),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }

    /** As it is asked for: one bare address each. */
    @Schema(name = "CatchAllRequest", requiredProperties = "destinations")
    public record Request(
            @Schema(minItems = 1, maxItems = 100) List<Destination> destinations) {

        private static final int MAX_TEXT = 8192;

        public Request {
            destinations = destinations.stream().distinct().toList();
        }

        /** The same, if it is no more than one may have. */
        Request permitted(int most) {
            if (destinations.isEmpty() || destinations.size() > most) {
                throw new Fault.Malformed(
                                "/destinations",
                                "destination_count",
                                "A catch-all has 1 to %d destinations.".formatted(most))
                        .toException();
            }
            if (text().length() > MAX_TEXT) {
                throw new Fault.Malformed(
                                "/destinations", "destination_length", "All destinations together are too long.")
                        .toException();
            }
            return this;
        }

        String text() {
            return destinations.stream().map(Destination::toString).collect(Collectors.joining(","));
        }

        /** As the mail server here looks them up. */
        String[] delivered() {
            return destinations.stream()
                    .map(target -> target.address().delivered())
                    .toArray(String[]::new);
        }
    }
}
