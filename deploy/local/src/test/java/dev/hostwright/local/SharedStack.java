package dev.hostwright.local;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One stack for all end-to-end tests, started before the first and stopped after the last; with a name server and mail
 * servers where there are some to start.
 */
final class SharedStack implements BeforeAllCallback, ParameterResolver {

    /**
     * A dead gateway's operations are taken over after 3 s, instead of 30; and a service that comes back is asked again
     * soon, as often as it takes it to start on a busy machine.
     */
    private static final Map<String, String> IMPATIENT = Map.of(
            "OPERATION_LEASE", "3s",
            "OPERATION_RENEW_EVERY", "1s",
            "OPERATION_FIRST_DELAY", "100ms",
            "OPERATION_LONGEST_DELAY", "1s",
            "OPERATION_ATTEMPTS", "500");

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

    /** Whether what is missing on this machine is a failure, and not a reason to leave tests out. */
    static boolean isCi() {
        return "true".equals(System.getenv("CI"));
    }

    private static LocalStack start() {
        Path root = Options.findRoot();
        Options options = Options.anyPorts(root, root.resolve("deploy/local/target/end-to-end"))
                .withSettings(IMPATIENT);
        // in CI its absence is a failure, which the start says
        if (NameServer.isInstalled() && MailServers.areInstalled() || isCi()) {
            options = options.withServers();
        }
        return LocalStack.start(options, new Console(System.out));
    }
}
