package dev.hostwright.gateway.work;

import dev.hostwright.gateway.operation.Dispatcher;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/** Tells the worker in this process at once; everybody else finds the row by sweeping. */
@ApplicationScoped
class PostgresDispatcher implements Dispatcher {

    private static final DeliveryOptions HERE = new DeliveryOptions().setLocalOnly(true);

    private final EventBus bus;

    PostgresDispatcher(EventBus bus) {
        this.bus = bus;
    }

    @Override
    public void dispatch(UUID operation) {
        bus.send(Worker.LOOK, operation.toString(), HERE);
    }
}
