package dev.hostwright.gateway.operation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hostwright.gateway.GatewayConfig;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Seals what has to be kept until an operation is done (AES-256-GCM), with a key that the database does not know. */
@Startup
@ApplicationScoped
public class SecretBox {

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int KEY_BYTES = 32;

    /** Each is for one use only, so that neither says anything about the other (as in RFC 5869 section 2.3). */
    private record Keys(SecretKeySpec seal, SecretKeySpec fingerprint) {
        @Override
        public String toString() {
            return "***";
        }
    }

    private final Map<String, Keys> keys = new HashMap<>();
    private final String newest;
    private final SecureRandom random = new SecureRandom();
    private final ObjectMapper json;

    SecretBox(GatewayConfig config, ObjectMapper json) {
        this.json = json;
        config.oldSecretKeys().orElse(List.of()).forEach(this::add);
        this.newest = add(config.secretKey());
    }

    private String add(String base64) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(base64.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("OPERATION_SECRET_KEY is not base64.", e);
        }
        if (key.length != KEY_BYTES) {
            throw new IllegalStateException("OPERATION_SECRET_KEY is not 32 bytes: openssl rand -base64 32 makes one.");
        }
        String id = HexFormat.of().formatHex(derive(key, "id"), 0, 4);
        keys.put(
                id,
                new Keys(
                        new SecretKeySpec(derive(key, "seal"), "AES"),
                        new SecretKeySpec(derive(key, "fingerprint"), "HmacSHA256")));
        return id;
    }

    private static byte[] derive(byte[] key, String use) {
        return mac(new SecretKeySpec(key, "HmacSHA256"), "hostwright gateway " + use);
    }

    /** The passwords, readable only with the key, and only as those of this operation. */
    public String seal(UUID operation, Secrets secrets) {
        try {
            byte[] nonce = new byte[NONCE_BYTES];
            random.nextBytes(nonce);
            byte[] sealed =
                    cipher(Cipher.ENCRYPT_MODE, newest, nonce, operation).doFinal(json.writeValueAsBytes(secrets));
            return newest + "." + base64(nonce) + "." + base64(sealed);
        } catch (GeneralSecurityException | JsonProcessingException e) {
            throw new IllegalStateException("sealing failed", e);
        }
    }

    public Secrets open(UUID operation, String sealed) {
        String[] fields = sealed.split("\\.", 3);
        if (!keys.containsKey(fields[0])) {
            throw new IllegalStateException("The key " + fields[0] + " of a sealed password is not among the keys.");
        }
        try {
            byte[] nonce = Base64.getDecoder().decode(fields[1]);
            byte[] plain = cipher(Cipher.DECRYPT_MODE, fields[0], nonce, operation)
                    .doFinal(Base64.getDecoder().decode(fields[2]));
            return json.readValue(plain, Secrets.class);
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalStateException("opening failed", e);
        }
    }

    /** What a text may be recognised by, later, without being kept; a password in it cannot be guessed from it. */
    public String fingerprint(String text) {
        return newest + "." + base64(mac(keys(newest).fingerprint(), text));
    }

    /** The text is the one that the fingerprint was taken of; not so when the key is gone. */
    public boolean isOf(String fingerprint, String text) {
        String[] fields = fingerprint.split("\\.", 2);
        return keys.containsKey(fields[0])
                && MessageDigest.isEqual(
                        Base64.getDecoder().decode(fields[1]),
                        mac(keys(fields[0]).fingerprint(), text));
    }

    private static byte[] mac(SecretKeySpec key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Cipher cipher(int mode, String key, byte[] nonce, UUID operation) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, keys(key).seal(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(operation.toString().getBytes(StandardCharsets.US_ASCII));
        return cipher;
    }

    private Keys keys(String id) {
        Keys found = keys.get(id);
        if (found == null) {
            throw new IllegalStateException("no key " + id);
        }
        return found;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }
}
