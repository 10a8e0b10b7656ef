package dev.hostwright.local;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** What {@code deploy/token} runs: the folder of the key, the role, the tenant (0 for an operator), the minutes. */
final class TokenPrinter {

    private TokenPrinter() {}

    public static void main(String[] arguments) throws IOException {
        SigningKey key = SigningKey.read(Path.of(arguments[0]));
        Duration life = Duration.ofMinutes(Long.parseLong(arguments[3]));
        boolean operator = arguments[1].equals("operator");
        System.out.println(operator ? key.operatorToken(life) : key.tenantToken(Long.parseLong(arguments[2]), life));
    }
}
