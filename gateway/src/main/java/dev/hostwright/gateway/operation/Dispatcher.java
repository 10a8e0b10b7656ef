package dev.hostwright.gateway.operation;

import java.util.UUID;

/** Says "look at this row now". It may be lost: whoever sweeps finds the row anyway. */
public interface Dispatcher {

    /** Called after the commit; does not wait and does not fail. */
    void dispatch(UUID operation);
}
