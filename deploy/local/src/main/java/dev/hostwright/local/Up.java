package dev.hostwright.local;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** What {@code deploy/up} runs. */
final class Up {

    private Up() {}

    public static void main(String[] arguments) throws InterruptedException {
        Path root = Path.of(System.getProperty("hostwright.root", ""));
        Console console = new Console(System.out);
        try {
            run(root, List.of(arguments), console);
        } catch (StackException e) {
            if (!LocalStack.isStopping()) {
                System.err.println(e.getMessage());
                System.exit(1);
            }
        }
    }

    private static void run(Path root, List<String> arguments, Console console) throws InterruptedException {
        Path state = root.resolve("deploy/local/target");
        Map<String, String> settings = new HashMap<>(System.getenv());
        settings.put("PGPORT", System.getProperty("PGPORT", ""));
        Options options = Options.fromEnvironment(root, state, settings);
        if (arguments.contains("--with-servers")) {
            options = options.withServers();
        }
        try (LocalStack stack = LocalStack.start(options, console)) {
            SampleCustomer customer = new SampleCustomer(stack, console);
            customer.provision();
            customer.show();
            if (arguments.contains("--once")) {
                customer.delete();
                customer.checkThatNothingIsLeft();
                console.progress("nothing is left of it");
            } else {
                customer.showWhatToTry();
                console.say("");
                console.say("Ctrl-C stops everything.");
                new CountDownLatch(1).await();
            }
        }
    }
}
