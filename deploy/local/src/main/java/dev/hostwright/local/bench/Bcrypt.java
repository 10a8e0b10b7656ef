package dev.hostwright.local.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.wildfly.security.password.PasswordFactory;
import org.wildfly.security.password.WildFlyElytronPasswordProvider;
import org.wildfly.security.password.interfaces.BCryptPassword;
import org.wildfly.security.password.spec.EncryptablePasswordSpec;
import org.wildfly.security.password.spec.IteratedSaltedPasswordAlgorithmSpec;

/**
 * How many passwords the processors hash alone: the library of mail-service, its cost, as many threads as it has, and
 * the options of its Java, in a process of its own.
 */
final class Bcrypt {

    private static final int COST = 10;
    private static final Duration WARM_UP = Duration.ofSeconds(3);

    private Bcrypt() {}

    /** The seconds of the load; prints the hashes a second. */
    public static void main(String[] arguments) throws InterruptedException, ExecutionException {
        int threads = Runtime.getRuntime().availableProcessors();
        Load.fromClients(threads, WARM_UP, Bcrypt::hash);
        System.out.println(Load.fromClients(threads, Duration.ofSeconds(Integer.parseInt(arguments[0])), Bcrypt::hash));
    }

    /** Runs {@link #main} in a Java with those options. */
    static double hashesPerSecond(List<String> options, int seconds) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), Bcrypt.class.getName(), String.valueOf(seconds)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the hashing alone failed: " + output);
        }
        return Double.parseDouble(output.strip());
    }

    private static void hash() {
        try {
            PasswordFactory factory =
                    PasswordFactory.getInstance(BCryptPassword.ALGORITHM_BCRYPT, new WildFlyElytronPasswordProvider());
            factory.generatePassword(new EncryptablePasswordSpec(
                    "Sesame-opens-42".toCharArray(), new IteratedSaltedPasswordAlgorithmSpec(COST, new byte[16])));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
