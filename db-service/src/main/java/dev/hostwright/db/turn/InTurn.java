package dev.hostwright.db.turn;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.function.Function;

/** Work on one item after the other. */
public final class InTurn {

    private InTurn() {}

    /** Begins with the next one when the one before is done; ends at the first that fails. */
    public static <T> Uni<Void> each(Iterable<T> items, Function<T, Uni<Void>> work) {
        return each(Multi.createFrom().iterable(items), work);
    }

    /** The same. */
    public static <T> Uni<Void> each(Multi<T> items, Function<T, Uni<Void>> work) {
        return items.onItem()
                .transformToUniAndConcatenate(work::apply)
                .collect()
                .asList()
                .replaceWithVoid();
    }
}
