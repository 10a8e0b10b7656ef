package dev.hostwright.mail.limit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import dev.hostwright.mail.problem.Fault;
import java.io.IOException;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Another limit, or none (RFC 7396: null takes away, what is left out stays).
 *
 * @param given whether it is in the request
 * @param most 0 or more, or null for no limit
 */
@JsonDeserialize(using = NewLimit.Given.class)
@Schema(
        type = SchemaType.INTEGER,
        nullable = true,
        format = "int32",
        minimum = "0",
        description = "Null is without a limit. Only an operator sets it.")
public record NewLimit(boolean given, @Nullable Integer most) {

    private static final NewLimit LEFT_OUT = new NewLimit(false, null);

    /** The same, if this caller may set limits. */
    public NewLimit permitted(String pointer, boolean operator) {
        if (given && !operator) {
            throw new Fault.NotAllowed(pointer, "operator_only", "Only an operator sets how much a domain may have.")
                    .toException();
        }
        return this;
    }

    /** A JSON integer, null, or nothing. */
    static final class Given extends StdDeserializer<NewLimit> {

        private static final long serialVersionUID = 1L;

        Given() {
            super(NewLimit.class);
        }

        @Override
        public NewLimit deserialize(JsonParser json, DeserializationContext context) throws IOException {
            if (!json.hasToken(JsonToken.VALUE_NUMBER_INT)) {
                throw new Fault.Malformed("type", "A limit is an integer, or null for none.").toException();
            }
            if (json.getNumberType() != JsonParser.NumberType.INT || json.getIntValue() < 0) {
                throw new Fault.Malformed("out_of_range", "A limit is 0 to 2147483647.").toException();
            }
            return new NewLimit(true, json.getIntValue());
        }

        @Override
        public NewLimit getNullValue(DeserializationContext context) {
            return new NewLimit(true, null);
        }

        @Override
        public Object getAbsentValue(DeserializationContext context) {
            return LEFT_OUT;
        }
    }
}
