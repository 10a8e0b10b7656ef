package dev.hostwright.mail.dkim;

import com.fasterxml.jackson.annotation.JsonValue;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A key of a domain as it is shown: never with its private half.
 *
 * @param name where its record is, relative to the domain
 * @param text what the record says
 * @param publishedAt when somebody said that it is in the zone
 * @param activatedAt since when messages are signed with it
 * @param retiredAt since when none is any more
 */
@Schema(requiredProperties = {"selector", "algorithm", "state", "name", "text", "createdAt"})
public record DkimKey(
        @Schema(examples = "hw261126203015r") String selector,
        Algorithm algorithm,
        State state,
        @Schema(examples = "hw261126203015r._domainkey") String name,

        @Schema(examples = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
        String text,

        Instant createdAt,
        Optional<Instant> publishedAt,
        Optional<Instant> activatedAt,
        Optional<Instant> retiredAt) {

    /** Its life, in this order; then it is gone. */
    @Schema(
            name = "DkimKeyState",
            type = SchemaType.STRING,
            enumeration = {"pending", "published", "active", "retired"})
    public enum State {
        /** In the records to publish, and nobody has said that it is in the zone. */
        PENDING,
        /** In the zone, until everybody has forgotten that it was not. */
        PUBLISHED,
        /** Messages are signed with it. */
        ACTIVE,
        /** In the records only, for messages that are under way. */
        RETIRED;

        @JsonValue
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /** All of them. */
    @Schema(name = "DkimKeys", requiredProperties = "items")
    public record Keys(List<DkimKey> items) {}

    static DkimKey from(Row row) {
        Algorithm algorithm = Algorithm.of(row.getString("algorithm"));
        String selector = row.getString("selector");
        return new DkimKey(
                selector,
                algorithm,
                State.of(row.getString("state")),
                selector + "._domainkey",
                "v=DKIM1; k=" + algorithm.keyType() + "; p=" + row.getString("public_key"),
                row.getOffsetDateTime("created_at").toInstant(),
                time(row, "published_at"),
                time(row, "activated_at"),
                time(row, "retired_at"));
    }

    /** Whether there are keys that do not sign yet, or no longer: two of each algorithm are enough. */
    static boolean isRotating(List<DkimKey> keys) {
        return keys.stream().anyMatch(key -> key.state() != State.ACTIVE);
    }

    private static Optional<Instant> time(Row row, String column) {
        return Optional.ofNullable(row.getOffsetDateTime(column)).map(OffsetDateTime::toInstant);
    }
}
