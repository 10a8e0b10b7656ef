package dev.hostwright.mail;

import dev.hostwright.mail.fence.Fence;
import dev.hostwright.mail.problem.Fault;
import io.smallrye.mutiny.Uni;
import java.net.URI;
import java.util.UUID;
import java.util.function.LongFunction;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * What a PUT found or made.
 *
 * @param created it was not there before: 201, else 200
 */
public record Put<T>(T value, boolean created) {

    /**
     * What was there already, if it is what is asked for; else it differs. The number of a newer owner is kept.
     *
     * @param same whether it is what is asked for
     * @param seen the highest fence seen on it
     * @param raise keeps a number with it
     */
    public static <T> Uni<Put<T>> confirm(
            T there, Uni<Boolean> same, Fault.Differs differs, long seen, Fence fence, LongFunction<Uni<Void>> raise) {
        fence.check(seen);
        return same.chain(yes -> yes ? Uni.createFrom().voidItem() : differs.<Void>toFailure())
                .chain(() -> fence.number() > seen
                        ? raise.apply(fence.number())
                        : Uni.createFrom().voidItem())
                .replaceWith(new Put<>(there, false));
    }

    /** The answer, with where it is when it is new. */
    public RestResponse<T> toResponse(String collection, UUID id) {
        return created
                ? RestResponse.ResponseBuilder.create(RestResponse.Status.CREATED, value)
                        .location(URI.create(collection + "/" + id))
                        .build()
                : RestResponse.ok(value);
    }
}
