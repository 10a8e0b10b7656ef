package dev.hostwright.db.pool;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.problem.Fault;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The classes of databases that the settings offer, the usual one first. */
@ApplicationScoped
public class Classes {

    private final List<DatabaseClass> offered;

    Classes(DbConfig config) {
        this.offered = Stream.concat(
                        Stream.of(DatabaseClass.USUAL),
                        config.classes().stream().flatMap(List::stream))
                .distinct()
                .toList();
    }

    List<DatabaseClass> offered() {
        return offered;
    }

    /** The one that a request asks for; refuses what is not offered, and names what is wrong with it. */
    public DatabaseClass asked(Optional<String> encoding, Optional<String> locale, Optional<String> template) {
        DatabaseClass asked = new DatabaseClass(encoding.orElse(DatabaseClass.USUAL.encoding()), locale, template);
        if (offered.contains(asked)) {
            return asked;
        }
        List<DatabaseClass> ofThatEncoding = offered.stream()
                .filter(one -> one.encoding().equals(asked.encoding()))
                .toList();
        if (ofThatEncoding.isEmpty()) {
            throw notOffered("/encoding", "This encoding");
        }
        throw ofThatEncoding.stream().anyMatch(one -> one.locale().equals(locale))
                ? notOffered("/template", "This template with that encoding and locale")
                : notOffered("/locale", "This locale with that encoding");
    }

    private static RuntimeException notOffered(String pointer, String what) {
        return new Fault.Malformed(pointer, "not_offered", what + " is not offered here.").toException();
    }
}
