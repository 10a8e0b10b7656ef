package dev.hostwright.mail.mailbox;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import dev.hostwright.mail.problem.Fault;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How much a mailbox holds, in MiB (Dovecot's {@code M}); 0 is without a limit.
 *
 * @param mb 0 or more; which are given to whom is the settings' and the caller's matter
 */
@Schema(
        type = SchemaType.INTEGER,
        format = "int32",
        description = "MiB; 0 is without a limit, which an operator may give.",
        minimum = "0",
        maximum = "1048576",
        examples = "1000")
public record Quota(@JsonValue int mb) {

    static final Quota UNLIMITED = new Quota(0);

    public Quota {
        if (mb < 0) {
            throw outOfRange();
        }
    }

    boolean isUnlimited() {
        return mb == 0;
    }

    boolean isMoreThan(Quota other) {
        return !other.isUnlimited() && (isUnlimited() || mb > other.mb);
    }

    /** The same quota if it is one that this caller may give. */
    Quota permitted(int maxMb, boolean operator) {
        if (isUnlimited() && !operator) {
            throw new Fault.NotAllowed(
                            "/quotaMb", "unlimited_not_allowed", "Only an operator gives a mailbox without a limit.")
                    .toException();
        }
        if (mb > maxMb) {
            throw new Fault.Malformed("/quotaMb", "out_of_range", "A quota is 1 to %d MiB.".formatted(maxMb))
                    .toException();
        }
        return this;
    }

    private static RuntimeException outOfRange() {
        return new Fault.Malformed("out_of_range", "A quota is 1 MiB or more, and no such number.").toException();
    }

    /** A JSON integer, and nothing that could be read as one. */
    static final class Given extends StdDeserializer<Optional<Quota>> {

        private static final long serialVersionUID = 1L;

        Given() {
            super(Optional.class);
        }

        @Override
        public Optional<Quota> deserialize(JsonParser json, DeserializationContext context) throws IOException {
            if (!json.hasToken(JsonToken.VALUE_NUMBER_INT)) {
                throw type();
            }
            if (json.getNumberType() != JsonParser.NumberType.INT) {
                throw outOfRange();
            }
            return Optional.of(new Quota(json.getIntValue()));
        }

        @Override
        public Optional<Quota> getNullValue(DeserializationContext context) {
            throw type();
        }

        @Override
        public Object getAbsentValue(DeserializationContext context) {
            return Optional.empty();
        }

        private static RuntimeException type() {
            return new Fault.Malformed("type", "A quota is an integer.").toException();
        }
    }
}
