package dev.hostwright.gateway.customer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hostwright.gateway.operation.CustomerId;
import dev.hostwright.gateway.operation.Part;
import dev.hostwright.gateway.operation.Status;
import dev.hostwright.gateway.passthrough.Upstream;
import dev.hostwright.gateway.passthrough.UpstreamAnswer;
import dev.hostwright.gateway.passthrough.UpstreamClient;
import dev.hostwright.gateway.passthrough.UpstreamRequest;
import dev.hostwright.gateway.problem.Fault;
import dev.hostwright.gateway.tenant.Scope;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.UUID;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * The mail records of a customer once more, when they are others by now: a DKIM key was added, or the operator has
 * moved the mail servers. It may be repeated, and what was there and is so still is no change of the zone.
 */
@ApplicationScoped
class MailRecords {

    private static final int OK = 200;
    private static final String GROUP = "/record-groups/mail";

    private final CustomerRepository customers;
    private final UpstreamClient upstream;
    private final ObjectMapper json;

    MailRecords(CustomerRepository customers, UpstreamClient upstream, ObjectMapper json) {
        this.customers = customers;
        this.upstream = upstream;
        this.json = json;
    }

    /** 204, or what a service says against it. */
    Uni<RestResponse<byte[]>> put(long tenant, CustomerId id) {
        return customers
                .find(tenant, id)
                .map(found -> ready(found.filter(some -> some.customer().isLive())
                        .orElseThrow(() -> new Fault.NotFound("customer").toException())))
                .chain(customer -> put(Scope.of(tenant), customer.uuid()));
    }

    private static Customer ready(CustomerRepository.Current current) {
        current.running().ifPresent(running -> {
            throw Intake.inProgress(running).toException();
        });
        Customer customer = current.customer();
        if (customer.status() != Status.ACTIVE || customer.suspended()) {
            throw new Fault.Conflict("", "not_active", "The customer is not active.").toException();
        }
        if (!customer.desired().parts().contains(Part.MAIL_RECORDS)) {
            throw new Fault.Conflict("", "no_mail_records", "The customer has no mail, or no zone, here.")
                    .toException();
        }
        return customer;
    }

    /** The keys begin to sign some time after they are in the zone, so mail-service is told last. */
    private Uni<RestResponse<byte[]>> put(Scope scope, UUID customer) {
        String domain = Part.MAIL.path(Part.MAIL.resourceId(customer));
        String zone = Part.DNS.path(Part.DNS.resourceId(customer));
        return upstream.send(Upstream.MAIL, scope, UpstreamRequest.get(domain + "/records"))
                .chain(records -> records.status() == OK
                        ? upstream.send(Upstream.DNS, scope, UpstreamRequest.put(zone + GROUP, group(records)))
                        : Uni.createFrom().item(records))
                .chain(put -> put.status() == OK
                        ? upstream.send(
                                Upstream.MAIL,
                                scope,
                                UpstreamRequest.put(domain + "/dkim-keys/publication", Buffer.buffer()))
                        : Uni.createFrom().item(put))
                .map(last -> last.status() == OK
                        ? RestResponse.noContent()
                        : last.shown().build());
    }

    private Buffer group(UpstreamAnswer records) {
        try {
            JsonNode items = json.readTree(records.body().getBytes()).path("items");
            if (items.isArray()) {
                return Buffer.buffer(
                        json.writeValueAsBytes(json.createObjectNode().set("records", items)));
            }
        } catch (IOException e) {
            // no JSON: the same as JSON without records
        }
        throw new Fault.UpstreamUnavailable(Upstream.MAIL.title()).toException();
    }
}
