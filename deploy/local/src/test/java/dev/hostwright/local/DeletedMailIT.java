package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The mail of a mailbox that was deleted is nobody else's, and goes when its time is over. */
class DeletedMailIT extends HostedMail {

    DeletedMailIT(LocalStack stack) {
        super(stack);
    }

    @Test
    void aMailboxThatIsMadeAgainHasNothingOfTheOneBefore() throws Exception {
        String first = mailbox("box");
        client().deliver(STRANGER, "box@" + domain, "of the first");
        awaitInbox("box@" + domain, "of the first");
        mail().delete("/v1/mailboxes/" + first).expect(204);
        String second = mailbox("box");

        // before anything was moved
        assertThat(client().inbox("box@" + domain, shop.password())).isEmpty();
        client().deliver(STRANGER, "box@" + domain, "of the second");
        awaitInbox("box@" + domain, "of the second");
        assertThat(folders(domain)).contains("box", "box+2");
        assertThat(mail().get("/v1/mailboxes/" + second)
                        .expect(200)
                        .json()
                        .path("mailboxPath")
                        .asText())
                .endsWith("/" + domain + "/box+2");

        move();

        assertThat(folders(domain)).contains("box+2").doesNotContain("box");
        assertThat(folders(".deleted/" + domain)).singleElement().asString().startsWith("box-");
        awaitInbox("box@" + domain, "of the second");
        mail().delete("/v1/mailboxes/" + second).expect(204);
        mailbox("box");
        move();
        assertThat(client().inbox("box@" + domain, shop.password())).isEmpty();
        assertThat(folders(domain)).contains("box+3").doesNotContain("box", "box+2");
        assertThat(folders(".deleted/" + domain)).hasSize(2);
    }

    @Test
    void theMailOfADeletedDomainIsRemovedWhenItsTimeIsOver() throws Exception {
        mailbox("never-used");
        client().deliver(STRANGER, info, "a secret");
        awaitInbox(info, "a secret");
        mail().delete("/v1/mail-domains/" + domainId).expect(204);

        // two at once, of which one may find that the other is at it; and again
        Process one = stack.mailServers().startMover(stack.postgres());
        move();
        assertThat(one.waitFor()).isZero();
        move();
        assertThat(folders(domain)).isEmpty();
        assertThat(folders(".deleted/" + domain)).singleElement().asString().startsWith("info-");
        assertThat(undone()).isEmpty();

        // one that was on its way when the folder was moved, and a run that was killed before it could say so
        Path late = stack.mailServers().mailFolder().resolve(domain).resolve("info");
        SystemProgram.run(
                "runuser",
                "-u",
                "vmail",
                "--",
                "mkdir",
                "-p",
                late.resolve("Maildir").toString());
        change("UPDATE deleted_addresses SET moved = false WHERE tenant_id = ?");
        move();
        assertThat(folders(".deleted/" + domain)).singleElement().asString().startsWith("info-");
        assertThat(undone()).isEmpty();

        change("UPDATE deleted_addresses SET over = true WHERE tenant_id = ?");
        move();
        move();
        assertThat(folders(domain)).isEmpty();
        assertThat(folders(".deleted")).doesNotContain(domain);
        assertThat(shop.look(Service.MAIL, "SELECT address FROM deleted_addresses WHERE tenant_id = ?", shop.tenant))
                .isEmpty();
    }

    private void move() throws Exception {
        Process mover = stack.mailServers().startMover(stack.postgres());
        String said = new String(mover.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(mover.waitFor()).as(said).isZero();
        assertThat(said).isEmpty();
    }

    /** What is in a folder below that of all mail. */
    private List<String> folders(String name) throws IOException {
        Path folder = stack.mailServers().mailFolder().resolve(name);
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private List<String> undone() {
        return shop.look(
                Service.MAIL, "SELECT address FROM deleted_addresses WHERE NOT moved AND tenant_id = ?", shop.tenant);
    }

    private void change(String statement) throws SQLException {
        try (Connection sql = stack.postgres().connect(Service.MAIL.database());
                PreparedStatement change = sql.prepareStatement(statement)) {
            change.setLong(1, shop.tenant);
            change.executeUpdate();
        }
    }
}
