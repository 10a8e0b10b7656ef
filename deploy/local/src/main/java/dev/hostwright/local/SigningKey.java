package dev.hostwright.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/** The key that tokens are signed with (RS256), kept as PEM in a folder that the services read it from. */
public final class SigningKey {

    private static final int BITS = 2048;
    private static final String PRIVATE = "jwt-private.pem";
    private static final String PUBLIC = "jwt-public.pem";

    private final Path folder;
    private final PrivateKey key;

    private SigningKey(Path folder, PrivateKey key) {
        this.folder = folder;
        this.key = key;
    }

    /** A new key pair, in files of that folder. */
    static SigningKey make(Path folder) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(BITS);
            KeyPair pair = generator.generateKeyPair();
            Files.createDirectories(folder);
            SecretFile.write(
                    folder.resolve(PRIVATE),
                    pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
            Files.writeString(
                    folder.resolve(PUBLIC), pem("PUBLIC KEY", pair.getPublic().getEncoded()));
            return new SigningKey(folder, pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The key of the stack that runs. */
    static SigningKey read(Path folder) throws IOException {
        String base64 = Files.readString(folder.resolve(PRIVATE)).replaceAll("-----[A-Z ]+-----|\\s", "");
        try {
            byte[] der = Base64.getDecoder().decode(base64);
            return new SigningKey(folder, KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    Path privatePem() {
        return folder.resolve(PRIVATE);
    }

    Path publicPem() {
        return folder.resolve(PUBLIC);
    }

    /** A token that may act for one tenant. */
    public String tenantToken(long tenant, Duration life) {
        return sign("\"tenant\":%d,\"groups\":[\"tenant\"]".formatted(tenant), life);
    }

    /** A token that may act for every tenant, and says in each request for which. */
    public String operatorToken(Duration life) {
        return sign("\"groups\":[\"operator\"]", life);
    }

    private String sign(String claims, Duration life) {
        Instant now = Instant.now();
        String body = "{\"iss\":\"hostwright\",\"sub\":\"local\",\"iat\":%d,\"exp\":%d,%s}"
                .formatted(now.getEpochSecond(), now.plus(life).getEpochSecond(), claims);
        String unsigned = base64("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "." + base64(body);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(unsigned.getBytes(StandardCharsets.US_ASCII));
            return unsigned + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String pem(String what, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, base64, what);
    }

    /** A file that only its owner may read. */
    static final class SecretFile {

        private SecretFile() {}

        static void write(Path file, String text) throws IOException {
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, text);
        }
    }
}
