package dev.hostwright.gateway;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The gateway's settings as an operator's environment makes them, read without starting it. */
public final class Settings {

    private Settings() {}

    /** Everything that is not in the environment is what {@code application.properties} says. */
    public static GatewayConfig of(Map<String, String> environment) {
        Map<String, String> variables = new HashMap<>(environment);
        variables.putIfAbsent("OPERATION_SECRET_KEY", "x");
        try {
            return new SmallRyeConfigBuilder()
                    .addDefaultInterceptors()
                    .withMapping(GatewayConfig.class)
                    .withConverter(Duration.class, 500, new DurationConverter())
                    .withSources(new PropertiesConfigSource(Settings.class.getResource("/application.properties")))
                    .withDefaultValues(variables)
                    .build()
                    .getConfigMapping(GatewayConfig.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
