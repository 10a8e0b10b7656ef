package dev.hostwright.dns.problem;

/** Carries a {@link Fault} along a Mutiny failure channel; it has no stack trace, because a refusal is not a bug. */
public final class FaultException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Fault fault;

    FaultException(Fault fault) {
        super(fault.toString(), null, false, false);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }
}
