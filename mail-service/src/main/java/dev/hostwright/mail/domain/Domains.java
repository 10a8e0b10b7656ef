package dev.hostwright.mail.domain;

import dev.hostwright.mail.MailConfig;
import dev.hostwright.mail.MailDomain;
import dev.hostwright.mail.Put;
import dev.hostwright.mail.dkim.DkimKeys;
import dev.hostwright.mail.fence.Fence;
import dev.hostwright.mail.forwarder.Forwarder;
import dev.hostwright.mail.forwarder.ForwarderRepository;
import dev.hostwright.mail.forwarder.Forwarders;
import dev.hostwright.mail.forwarder.NewForwarder;
import dev.hostwright.mail.forwarder.Route;
import dev.hostwright.mail.mailbox.Mailbox;
import dev.hostwright.mail.mailbox.Mailboxes;
import dev.hostwright.mail.mailbox.NewMailbox;
import dev.hostwright.mail.problem.Fault;
import dev.hostwright.mail.problem.FaultException;
import dev.hostwright.mail.revocation.Revocations;
import dev.hostwright.mail.tenant.Scope;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What is done with mail domains: the rules first, then all the hashes, and the transaction last. */
@ApplicationScoped
class Domains {

    private final DomainRepository repository;
    private final Mailboxes mailboxes;
    private final Forwarders forwarders;
    private final Revocations revocations;
    private final DkimKeys dkim;
    private final MailConfig config;
    private final MailServers servers;

    Domains(
            DomainRepository repository,
            Mailboxes mailboxes,
            Forwarders forwarders,
            Revocations revocations,
            DkimKeys dkim,
            MailConfig config) {
        this.repository = repository;
        this.mailboxes = mailboxes;
        this.forwarders = forwarders;
        this.revocations = revocations;
        this.dkim = dkim;
        this.config = config;
        this.servers = MailServers.of(config);
    }

    Uni<Put<HostedDomain>> put(long tenant, UUID id, NewDomain asked, boolean operator, Fence fence) {
        MailDomain registrable = at("/domain", asked.domain()::registrable);
        List<Mailbox.Plan> plans = plan(asked, operator);
        refuseForwarders(asked, operator);
        routes(asked, Set.of()); // refused now rather than after all the hashing
        return repository
                .look(tenant, id, asked, registrable)
                .chain(look -> look.stored().isPresent()
                        ? confirm(asked, look.stored().get(), fence)
                        : create(tenant, id, asked, registrable, plans, fence, look));
    }

    private Uni<Put<HostedDomain>> create(
            long tenant,
            UUID id,
            NewDomain asked,
            MailDomain registrable,
            List<Mailbox.Plan> plans,
            Fence fence,
            DomainRepository.Look look) {
        look.refuse(id, fence);
        return dkim.take(tenant)
                .chain(keys -> mailboxes
                        .hash(tenant, plans)
                        .map(hashed -> new DomainRepository.Plan(
                                id, tenant, asked, registrable, hashed, keys, own -> routes(asked, own))))
                .chain(plan -> repository.create(plan, fence))
                .chain(put -> put.created()
                        ? Uni.createFrom()
                                .item(new Put<>(put.value().domain(), true))
                                .invoke(this::logCreated)
                        : confirm(asked, put.value(), fence));
    }

    /** The same when everything asked for is there as asked for; what was added later does not count. */
    private Uni<Put<HostedDomain>> confirm(NewDomain asked, HostedDomain.Stored stored, Fence fence) {
        HostedDomain there = stored.domain();
        boolean alike = there.domain().equals(asked.domain().value()) && hasForwarders(asked, stored);
        return Put.confirm(
                stored.shown(),
                alike ? hasMailboxes(asked, stored) : Uni.createFrom().item(false),
                new Fault.Differs("mail domain", there.id()),
                stored.fence(),
                fence,
                number -> repository.raise(there.tenantId(), there.id(), number));
    }

    private Uni<Boolean> hasMailboxes(NewDomain asked, HostedDomain.Stored stored) {
        Map<String, Mailbox.Stored> there = stored.mailboxes().stream()
                .collect(Collectors.toMap(one -> one.mailbox().email(), Function.identity()));
        return mailboxes.areSame(stored.domain().tenantId(), asked.askedMailboxes(), there);
    }

    private boolean hasForwarders(NewDomain asked, HostedDomain.Stored stored) {
        Map<String, Forwarder.Stored> there = stored.forwarders().stream()
                .collect(Collectors.toMap(one -> one.forwarder().source(), Function.identity()));
        Set<String> own = Set.of(stored.domain().domain());
        return asked.askedForwarders().stream().allMatch(forwarder -> {
            Forwarder.Stored found = there.get(forwarder.source().toString());
            return found != null && forwarders.isSame(forwarder, own, found);
        });
    }

    Uni<HostedDomain> change(Scope scope, UUID id, DomainResource.Change asked, boolean operator) {
        asked.maxMailboxes().permitted("/maxMailboxes", operator);
        asked.maxForwarders().permitted("/maxForwarders", operator);
        asked.maxQuotaMb().permitted("/maxQuotaMb", operator);
        return repository
                .change(scope, id, asked)
                .invoke(revocations::soon)
                .invoke(domain -> Log.infof(
                        "event=mail-domain-changed tenant=%d domain=%s enabled=%b",
                        domain.tenantId(), domain.domain(), domain.enabled()));
    }

    Uni<Void> suspend(Scope scope, UUID id, boolean suspended, Fence fence) {
        return repository
                .suspend(scope, id, suspended, fence)
                .invoke(revocations::soon)
                .invoke(domain -> Log.infof(
                        "event=mail-domain-%s tenant=%d domain=%s",
                        suspended ? "suspended" : "resumed", domain.tenantId(), domain.domain()))
                .replaceWithVoid();
    }

    Uni<Void> delete(Scope scope, UUID id, Fence fence) {
        return repository
                .delete(scope, id, fence)
                .invoke(revocations::soon)
                .invoke(gone -> gone.ifPresent(name -> Log.infof("event=mail-domain-deleted domain=%s", name)))
                .replaceWithVoid();
    }

    Uni<DnsRecord.Records> records(Scope scope, UUID id) {
        return dkim.find(scope, id)
                .map(found -> new DnsRecord.Records(DnsRecord.of(found.domain(), servers, found.keys())));
    }

    /** What a domain that is hosted here, whoever's, asks of those who send to it. */
    Uni<MtaStsPolicy> policy(MailDomain domain) {
        return repository.isHosted(domain).map(hosted -> {
            if (!hosted) {
                throw new Fault.NotFound("mail domain").toException();
            }
            return servers.policy(domain);
        });
    }

    private void logCreated(Put<HostedDomain> put) {
        HostedDomain domain = put.value();
        Log.infof("event=mail-domain-created tenant=%d domain=%s", domain.tenantId(), domain.domain());
        domain.mailboxes().ifPresent(made -> made.forEach(mailboxes::logCreated));
        domain.forwarders().ifPresent(made -> made.forEach(forwarders::logCreated));
    }

    private List<Mailbox.Plan> plan(NewDomain asked, boolean operator) {
        List<NewMailbox> wanted = asked.askedMailboxes();
        refuseTooMany("/mailboxes", wanted.size(), config.maxMailboxesPerRequest());
        List<Mailbox.Plan> plans = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < wanted.size(); i++) {
            NewMailbox mailbox = wanted.get(i);
            String pointer = "/mailboxes/" + i;
            refuseElsewhere(pointer + "/email", mailbox.email().domain(), asked.domain());
            refuseTwice(pointer + "/email", seen.add(mailbox.email().toString()));
            plans.add(at(pointer, () -> mailboxes.plan(UUID.randomUUID(), mailbox, operator)));
        }
        return plans;
    }

    /** What can be said before anything is looked up. */
    private void refuseForwarders(NewDomain asked, boolean operator) {
        List<NewForwarder> wanted = asked.askedForwarders();
        refuseTooMany("/forwarders", wanted.size(), config.maxForwardersPerRequest());
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < wanted.size(); i++) {
            NewForwarder forwarder = wanted.get(i);
            String pointer = "/forwarders/" + i;
            refuseElsewhere(pointer + "/source", forwarder.source().domain(), asked.domain());
            refuseTwice(pointer + "/source", seen.add(forwarder.source().toString()));
            at(pointer, () -> forwarders.permitted(forwarder, operator));
        }
    }

    private List<ForwarderRepository.Plan> routes(NewDomain asked, Set<String> otherDomains) {
        Set<String> own = new HashSet<>(otherDomains);
        own.add(asked.domain().value());
        Set<String> boxes = asked.askedMailboxes().stream()
                .map(mailbox -> mailbox.email().toString())
                .collect(Collectors.toSet());
        List<ForwarderRepository.Plan> plans = new ArrayList<>();
        List<NewForwarder> wanted = asked.askedForwarders();
        for (int i = 0; i < wanted.size(); i++) {
            NewForwarder forwarder = wanted.get(i);
            String pointer = "/forwarders/" + i;
            boolean onMailbox = boxes.contains(forwarder.source().toString());
            Route route = at(pointer, () -> forwarders.route(forwarder, own, onMailbox));
            plans.add(new ForwarderRepository.Plan(UUID.randomUUID(), route, forwarder, pointer));
        }
        return plans;
    }

    private static void refuseElsewhere(String pointer, MailDomain domain, MailDomain expected) {
        if (!domain.equals(expected)) {
            throw new Fault.Invalid(pointer, "other_domain", "The address is not in the domain %s.".formatted(expected))
                    .toException();
        }
    }

    private static void refuseTwice(String pointer, boolean first) {
        if (!first) {
            throw new Fault.Invalid(pointer, "duplicate", "The address is in the request twice.").toException();
        }
    }

    private static void refuseTooMany(String pointer, int count, int max) {
        if (count > max) {
            throw new Fault.Malformed(pointer, "too_many", "One request makes %d at most.".formatted(max))
                    .toException();
        }
    }

    /** Runs what may refuse a part of the body, and says where that part is. */
    private static <T> T at(String pointer, Supplier<T> part) {
        try {
            return part.get();
        } catch (FaultException e) {
            throw e.fault().below(pointer).toException();
        }
    }
}
