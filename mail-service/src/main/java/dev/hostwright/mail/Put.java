package dev.hostwright.mail;

import java.net.URI;
import java.util.UUID;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * What a PUT found or made.
 *
 * @param created it was not there before: 201, else 200
 */
public record Put<T>(T value, boolean created) {

    /** The answer, with where it is when it is new. */
    public RestResponse<T> toResponse(String collection, UUID id) {
        return created
                ? RestResponse.ResponseBuilder.create(RestResponse.Status.CREATED, value)
                        .location(URI.create(collection + "/" + id))
                        .build()
                : RestResponse.ok(value);
    }
}
