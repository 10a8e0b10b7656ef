package dev.hostwright.db.drift;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Where the server is not as our books say, all at one moment.
 *
 * @param items the first thousand findings, by code and object; none when all is well
 * @param more there are more than these
 */
@Schema(requiredProperties = {"items", "more"})
public record Drift(List<Finding> items, boolean more) {

    public Drift {
        items = List.copyOf(items);
    }
}
