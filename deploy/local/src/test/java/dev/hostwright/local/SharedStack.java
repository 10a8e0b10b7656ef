package dev.hostwright.local;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One stack for all end-to-end tests, started before the first and stopped after the last. */
final class SharedStack implements BeforeAllCallback, ParameterResolver {

    /** A dead gateway's operations are taken over after this, instead of 30 s. */
    private static final Map<String, String> SHORT_LEASE = Map.of(
            "OPERATION_LEASE", "2s",
            "OPERATION_RENEW_EVERY", "500ms",
            "OPERATION_FIRST_DELAY", "100ms",
            "OPERATION_LONGEST_DELAY", "1s");

    @Override
    public void beforeAll(ExtensionContext context) {
        stack(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == LocalStack.class;
    }

    @Override
    public LocalStack resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return stack(context);
    }

    private static LocalStack stack(ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.GLOBAL)
                .computeIfAbsent("stack", key -> start(), LocalStack.class);
    }

    private static LocalStack start() {
        Path root = Options.findRoot();
        Options options = Options.anyPorts(root, root.resolve("deploy/local/target/end-to-end"))
                .withSettings(SHORT_LEASE);
        return LocalStack.start(options, new Console(System.out));
    }
}
