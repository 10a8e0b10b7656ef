package dev.hostwright.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/** Bearer tokens for tests, signed with a key pair that is made once for each build folder. */
public final class Tokens {

    private static final Path FOLDER = Path.of("target", "test-keys").toAbsolutePath();
    private static final Path PRIVATE = FOLDER.resolve("private.der");
    private static final Path PRIVATE_PEM = FOLDER.resolve("private.pem");
    private static final Path PUBLIC_PEM = FOLDER.resolve("public.pem");

    private Tokens() {}

    /** A token that may act for one tenant. */
    public static String tenant(long tenant) {
        return sign("\"tenant\":%d,\"groups\":[\"tenant\"]".formatted(tenant), Duration.ofHours(1));
    }

    /** A token that may act for every tenant, and says in each request for which. */
    public static String operator() {
        return sign("\"groups\":[\"operator\"]", Duration.ofHours(1));
    }

    /** A token whose time is over. */
    public static String stale(long tenant) {
        return sign("\"tenant\":%d,\"groups\":[\"tenant\"]".formatted(tenant), Duration.ofHours(-1));
    }

    /** A token that is good but for a tenant, which it does not name. */
    public static String tenantless() {
        return sign("\"groups\":[\"tenant\"]", Duration.ofHours(1));
    }

    /** A token of a good form, signed by somebody else. */
    public static String forged(long tenant) {
        String token = tenant(tenant);
        int signature = token.lastIndexOf('.') + 1;
        byte[] bytes = Base64.getUrlDecoder().decode(token.substring(signature));
        bytes[bytes.length / 2] ^= 1;
        return token.substring(0, signature)
                + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The public key as PEM, made now when it is not there yet. */
    public static synchronized Path publicKey() {
        makeKeys();
        return PUBLIC_PEM;
    }

    /** The private key as PEM, for a gateway that signs. */
    public static synchronized Path privateKey() {
        makeKeys();
        return PRIVATE_PEM;
    }

    private static String sign(String claims, Duration life) {
        try {
            makeKeys();
            Instant now = Instant.now();
            String body = "{\"iss\":\"hostwright\",\"sub\":\"test\",\"iat\":%d,\"exp\":%d,%s}"
                    .formatted(
                            now.minus(Duration.ofHours(2)).getEpochSecond(),
                            now.plus(life).getEpochSecond(),
                            claims);
            String unsigned = base64("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "." + base64(body);
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(PRIVATE))));
            signature.update(unsigned.getBytes(StandardCharsets.US_ASCII));
            return unsigned + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String base64(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private static synchronized void makeKeys() {
        if (Files.exists(PUBLIC_PEM)) {
            return;
        }
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            KeyPair pair = generator.generateKeyPair();
            Files.createDirectories(FOLDER);
            Files.write(PRIVATE, pair.getPrivate().getEncoded());
            Files.writeString(PRIVATE_PEM, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
            Files.writeString(PUBLIC_PEM, pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                .formatted(what, Base64.getMimeEncoder().encodeToString(der), what);
    }
}
