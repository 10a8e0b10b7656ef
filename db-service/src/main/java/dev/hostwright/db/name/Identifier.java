package dev.hostwright.db.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.hostwright.db.problem.Fault;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The name of a database or a login: 3 to 48 lower-case ASCII letters, digits and underscores, a letter first, no
 * underscore last, and no word that PostgreSQL, pg_hba.conf, a pooler or this service keeps for itself.
 *
 * <p>With the longest ending that is added to it ({@code _own}) it stays under PostgreSQL's 63 bytes, beyond which
 * names are cut off and meet.
 */
@Schema(type = SchemaType.STRING, pattern = Identifier.PATTERN, minLength = 3, maxLength = 48, example = "acme_shop")
public record Identifier(@JsonValue String value) {

    static final String PATTERN = "^[a-z][a-z0-9_]*[a-z0-9]$";

    private static final int MIN = 3;
    private static final int MAX = 48;

    private static final Set<String> RESERVED = Set.of(
            "postgres",
            "template0",
            "template1",
            "public",
            "none",
            "information_schema",
            "all",
            "sameuser",
            "samerole",
            "sameall",
            "replication",
            "pgbouncer",
            "admin",
            "root",
            "superuser",
            "current_user",
            "current_role",
            "session_user",
            "user");

    private static final List<String> RESERVED_BEGINNINGS =
            List.of("pg_", "pool_", "zz_", "dbsvc", "hostwright", "rds", "azure", "cloudsql");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Identifier {
        if (value.length() > MAX) {
            throw malformed("name_too_long", "A name has 48 characters at most.");
        }
        if (value.length() < MIN) {
            throw malformed("too_short", "A name has 3 characters or more.");
        }
        if (value.chars().anyMatch(c -> c >= 'A' && c <= 'Z')) {
            throw malformed("uppercase", "A name has no upper-case letters.");
        }
        char first = value.charAt(0);
        if (first == '_' || first >= '0' && first <= '9') {
            throw malformed("must_start_with_letter", "A name begins with a letter.");
        }
        if (!value.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_')) {
            throw malformed("character", "A name consists of the letters a to z, digits and underscores.");
        }
        if (RESERVED.contains(value) || RESERVED_BEGINNINGS.stream().anyMatch(value::startsWith)) {
            throw malformed("reserved", "This name is reserved.");
        }
        if (value.endsWith("_")) {
            throw malformed("must_not_end_with_underscore", "A name ends with a letter or a digit.");
        }
    }

    private static RuntimeException malformed(String code, String message) {
        return new Fault.Malformed(code, message).toException();
    }

    @Override
    public String toString() {
        return value;
    }
}
