package dev.hostwright.mail.mailbox;

import dev.hostwright.mail.Address;
import dev.hostwright.mail.MailConfig;
import dev.hostwright.mail.Put;
import dev.hostwright.mail.fence.Fence;
import dev.hostwright.mail.problem.Fault;
import dev.hostwright.mail.revocation.Revocations;
import dev.hostwright.mail.tenant.Scope;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

/** What is done with mailboxes: the rules first, then the hash, and the transaction last. */
@ApplicationScoped
public class Mailboxes {

    private final MailboxRepository repository;
    private final PasswordHasher hasher;
    private final Revocations revocations;
    private final MailConfig config;

    Mailboxes(MailboxRepository repository, PasswordHasher hasher, Revocations revocations, MailConfig config) {
        this.repository = repository;
        this.hasher = hasher;
        this.revocations = revocations;
        this.config = config;
    }

    /**
     * The mailbox asked for, with all that was left out.
     *
     * @param operator may give reserved addresses and unlimited mailboxes
     * @throws dev.hostwright.mail.problem.FaultException when that may not be
     */
    public Mailbox.Plan plan(UUID id, NewMailbox asked, boolean operator) {
        Address address = asked.email().address();
        if (!operator && config.reservedLocalParts().contains(address.localPart())) {
            throw new Fault.NotAllowed(
                            "/email",
                            "reserved",
                            "Only an operator gives the address '%s': whoever reads it may get certificates for the domain."
                                    .formatted(address.localPart()))
                    .toException();
        }
        Quota quota = quota(asked).permitted(config.quota().maxMb(), operator);
        Password password = asked.password()
                .map(given -> given.suiting(address, config.password().minBytes()))
                .orElseGet(hasher::make);
        return new Mailbox.Plan(
                id,
                asked.email(),
                password,
                asked.password().isEmpty(),
                quota,
                asked.enabled().orElse(true));
    }

    /** The plans of a tenant with their hashes, made side by side. */
    public Uni<List<Mailbox.Hashed>> hash(long tenant, List<Mailbox.Plan> plans) {
        return hasher.hash(tenant, plans.stream().map(Mailbox.Plan::password).toList())
                .map(hashes -> IntStream.range(0, plans.size())
                        .mapToObj(i -> new Mailbox.Hashed(plans.get(i), hashes.get(i)))
                        .toList());
    }

    /**
     * Whether a tenant's mailboxes are what the request asks for, the passwords included that the request has. They
     * cost a hash each, so they are looked at when all else is the same.
     *
     * @param stored by address
     */
    public Uni<Boolean> areSame(long tenant, List<NewMailbox> asked, Map<String, Mailbox.Stored> stored) {
        List<PasswordHasher.Pair> pairs = new ArrayList<>();
        for (NewMailbox one : asked) {
            Mailbox.Stored there = stored.get(one.email().toString());
            if (there == null || !isSame(one, there.mailbox())) {
                return Uni.createFrom().item(false);
            }
            one.password().ifPresent(password -> pairs.add(new PasswordHasher.Pair(there.hash(), password)));
        }
        return hasher.match(tenant, pairs);
    }

    private boolean isSame(NewMailbox asked, Mailbox there) {
        return there.quotaMb() == quota(asked).mb()
                && there.enabled() == asked.enabled().orElse(true);
    }

    Uni<Put<Mailbox>> put(long tenant, UUID id, NewMailbox asked, boolean operator, Fence fence) {
        Mailbox.Plan plan = plan(id, asked, operator);
        return repository
                .look(tenant, id, plan.email())
                .chain(look -> look.stored().isPresent()
                        ? confirm(asked, look.stored().get(), fence)
                        : create(tenant, asked, plan, fence, look));
    }

    private Uni<Put<Mailbox>> create(
            long tenant, NewMailbox asked, Mailbox.Plan plan, Fence fence, MailboxRepository.Look look) {
        look.refuse(plan.id(), fence);
        return hash(tenant, List.of(plan))
                .chain(hashed -> repository.create(tenant, hashed.getFirst(), fence))
                .chain(put -> put.created()
                        ? Uni.createFrom()
                                .item(new Put<>(put.value().mailbox(), true))
                                .invoke(this::logCreated)
                        : confirm(asked, put.value(), fence));
    }

    private Uni<Put<Mailbox>> confirm(NewMailbox asked, Mailbox.Stored stored, Fence fence) {
        Mailbox there = stored.mailbox();
        return Put.confirm(
                there,
                areSame(there.tenantId(), List.of(asked), Map.of(there.email(), stored)),
                new Fault.Differs("mailbox", there.id()),
                stored.fence(),
                fence,
                number -> repository.raise(there.tenantId(), there.id(), number));
    }

    Uni<Mailbox> change(Scope scope, UUID id, Optional<Quota> quota, Optional<Boolean> enabled, boolean operator) {
        Optional<Quota> permitted =
                quota.map(asked -> asked.permitted(config.quota().maxMb(), operator));
        return repository
                .change(scope, id, permitted, enabled)
                .invoke(revocations::soon)
                .invoke(mailbox -> Log.infof(
                        "event=mailbox-changed tenant=%d mailbox=%s quotaMb=%d enabled=%b",
                        mailbox.tenantId(), mailbox.email(), mailbox.quotaMb(), mailbox.enabled()));
    }

    Uni<Mailbox> setPassword(Scope scope, UUID id, Optional<Password> asked) {
        return repository.find(scope, id).chain(mailbox -> setPassword(scope, mailbox, asked));
    }

    private Uni<Mailbox> setPassword(Scope scope, Mailbox mailbox, Optional<Password> asked) {
        Address address = MailboxAddress.parse(mailbox.email()).address();
        Password password = asked.map(
                        given -> given.suiting(address, config.password().minBytes()))
                .orElseGet(hasher::make);
        return hasher.hash(mailbox.tenantId(), password)
                .chain(hash -> repository.setPassword(scope, mailbox.id(), hash))
                .invoke(revocations::soon)
                .invoke(changed -> Log.infof(
                        "event=mailbox-password-changed tenant=%d mailbox=%s", changed.tenantId(), changed.email()))
                .map(changed -> changed.withPassword(asked.isPresent() ? Optional.empty() : Optional.of(password)));
    }

    Uni<Void> delete(Scope scope, UUID id, Fence fence) {
        return repository
                .delete(scope, id, fence)
                .invoke(revocations::soon)
                .invoke(gone -> gone.ifPresent(email -> Log.infof("event=mailbox-deleted mailbox=%s", email)))
                .replaceWithVoid();
    }

    private void logCreated(Put<Mailbox> put) {
        logCreated(put.value());
    }

    /** One line for a mailbox whose transaction is done. */
    public void logCreated(Mailbox mailbox) {
        Log.infof(
                "event=mailbox-created tenant=%d mailbox=%s quotaMb=%d path=%s",
                mailbox.tenantId(), mailbox.email(), mailbox.quotaMb(), mailbox.mailboxPath());
    }

    private Quota quota(NewMailbox asked) {
        return asked.quotaMb().orElse(new Quota(config.quota().defaultMb()));
    }
}
