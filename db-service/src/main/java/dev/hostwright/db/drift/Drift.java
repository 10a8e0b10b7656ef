package dev.hostwright.db.drift;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Where the servers are not as our books say, all of a server at one moment.
 *
 * @param items the first thousand findings, by server, code and object; none when all is well
 * @param more there are more than these
 * @param down the servers that do not answer, of which nothing is known
 */
@Schema(requiredProperties = {"items", "more", "down"})
public record Drift(List<Finding> items, boolean more, List<String> down) {

    public Drift {
        items = List.copyOf(items);
        down = List.copyOf(down);
    }
}
