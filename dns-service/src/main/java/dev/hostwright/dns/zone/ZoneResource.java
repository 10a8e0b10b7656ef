package dev.hostwright.dns.zone;

import dev.hostwright.dns.page.Page;
import dev.hostwright.dns.page.PageRequest;
import dev.hostwright.dns.tenant.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /v1/zones}. */
@Path("/v1/zones")
public class ZoneResource {

    private final Caller caller;

    ZoneResource(Caller caller) {
        this.caller = caller;
    }

    @GET
    public Uni<Page<String>> list(@RestQuery Optional<Integer> pageSize, @RestQuery Optional<String> pageToken) {
        PageRequest page = PageRequest.of(pageSize, pageToken);
        return Uni.createFrom().item(() -> Page.of(List.of(caller.scope().toString()), page, key -> key));
    }
}
