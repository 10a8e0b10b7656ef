package dev.hostwright.gateway.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hostwright.gateway.GatewayConfig;
import dev.hostwright.gateway.Settings;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class SecretBoxTest {

    private static final UUID OPERATION = UUID.randomUUID();
    private static final Secrets SECRETS =
            new Secrets(Map.of("/database/password", "given by the client"), Map.of("/mail/mailboxes/0/password", "m"));

    private static String key(int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return Base64.getEncoder().encodeToString(key);
    }

    private static SecretBox box(String key, String... old) {
        GatewayConfig config =
                Settings.of(Map.of("OPERATION_SECRET_KEY", key, "OPERATION_SECRET_KEYS_OLD", String.join(",", old)));
        return new SecretBox(config, new ObjectMapper());
    }

    @Test
    void whatIsSealedIsOpenedAgainAndNotReadable() {
        SecretBox box = box(key(1));

        String sealed = box.seal(OPERATION, SECRETS);

        assertThat(box.open(OPERATION, sealed)).isEqualTo(SECRETS);
        assertThat(new String(
                        Base64.getDecoder().decode(sealed.split("\\.")[2]),
                        java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("given");
        assertThat(box.seal(OPERATION, SECRETS)).isNotEqualTo(sealed);
        assertThat(SECRETS).hasToString("***");
    }

    @Test
    void anOldKeyStillOpensAndTheNewOneSeals() {
        String sealed = box(key(1)).seal(OPERATION, SECRETS);
        String fingerprint = box(key(1)).fingerprint("request");
        SecretBox rotated = box(key(2), key(1));

        assertThat(rotated.open(OPERATION, sealed)).isEqualTo(SECRETS);
        assertThat(rotated.isOf(fingerprint, "request")).isTrue();
        assertThat(rotated.isOf(fingerprint, "another")).isFalse();
        assertThat(rotated.seal(OPERATION, SECRETS).split("\\.")[0]).isNotEqualTo(sealed.split("\\.")[0]);
    }

    @Test
    void itOpensForItsOwnOperationOnlyAndNotWhenItWasChanged() {
        SecretBox box = box(key(1));
        String sealed = box.seal(OPERATION, SECRETS);
        String changed = sealed.substring(0, sealed.length() - 4) + "AAAA";

        assertThatThrownBy(() -> box.open(UUID.randomUUID(), sealed)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> box.open(OPERATION, changed)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> box(key(2)).open(OPERATION, sealed)).hasMessageContaining("not among the keys");
    }

    @Test
    void theKeyItselfNeitherSealsNorRecognises() throws GeneralSecurityException {
        SecretBox box = box(key(1));
        String[] sealed = box.seal(OPERATION, SECRETS).split("\\.");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(key(1)), "HmacSHA256"));
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                Cipher.DECRYPT_MODE,
                new SecretKeySpec(Base64.getDecoder().decode(key(1)), "AES"),
                new GCMParameterSpec(128, Base64.getDecoder().decode(sealed[1])));
        cipher.updateAAD(OPERATION.toString().getBytes(StandardCharsets.US_ASCII));

        assertThat(Base64.getDecoder().decode(box.fingerprint("request").split("\\.")[1]))
                .isNotEqualTo(mac.doFinal("request".getBytes(StandardCharsets.UTF_8)));
        assertThatThrownBy(() -> cipher.doFinal(Base64.getDecoder().decode(sealed[2])))
                .isInstanceOf(AEADBadTagException.class);
    }

    @Test
    void aKeyThatIsNoneStopsTheStart() {
        assertThatThrownBy(() -> box("dG9vIHNob3J0")).hasMessageContaining("32 bytes");
        assertThatThrownBy(() -> box("***")).hasMessageContaining("base64");
    }
}
