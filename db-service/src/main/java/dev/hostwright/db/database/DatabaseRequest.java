package dev.hostwright.db.database;

import dev.hostwright.db.name.ConnectionLimit;
import dev.hostwright.db.name.Identifier;
import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.role.Password;
import dev.hostwright.db.server.ServerLabel;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A database that is asked for.
 *
 * @param username a login that is made with the database, owns what is in it, and goes with it
 * @param password of that login; one is made when absent
 * @param owner instead of {@code username}: a login of the tenant that is there already
 * @param connectionLimit sessions at once, of the database and of a login made with it
 * @param serverLabels what the server must be, all of it; only for the first of a tenant, the others go to the same
 *     server
 * @param encoding of its text, as PostgreSQL names it; with locale and template one of the classes that are offered
 * @param locale one of the server's system, or {@code icu:} and one of ICU
 * @param template what it is made from
 * @param tenantId for whom, when an operator asks
 */
@Schema(requiredProperties = "name")
public record DatabaseRequest(
        Identifier name,
        Optional<Identifier> username,
        Optional<Password> password,
        Optional<Identifier> owner,
        Optional<ConnectionLimit> connectionLimit,
        Optional<List<ServerLabel>> serverLabels,
        Optional<String> encoding,
        Optional<String> locale,
        Optional<String> template,
        Optional<Long> tenantId) {

    public DatabaseRequest {
        if (username.isPresent() && owner.isPresent()) {
            throw new Fault.Invalid("/owner", "contradicts_username", "Ask for a new login or for one that is there.")
                    .toException();
        }
        if (password.isPresent() && username.isEmpty()) {
            throw new Fault.Invalid("/password", "nobodys", "A password goes with a username.").toException();
        }
        password.ifPresent(secret -> secret.mustNotBe(name));
        if (password.isPresent()) {
            username.ifPresent(password.get()::mustNotBe);
        }
        serverLabels = serverLabels.map(List::copyOf);
    }

    Set<ServerLabel> labels() {
        return serverLabels.map(Set::copyOf).orElse(Set.of());
    }
}
