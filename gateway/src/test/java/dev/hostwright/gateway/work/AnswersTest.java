package dev.hostwright.gateway.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.gateway.backend.Refusal;
import dev.hostwright.gateway.operation.Outcome;
import dev.hostwright.gateway.operation.Part;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnswersTest {

    private static Outcome refused(int status, String body) {
        return Answers.refused(Part.MAIL, false, new Refusal(status, body, Optional.empty()));
    }

    @Test
    void aForbiddenFieldIsARefusalThatPointsIntoTheRequest() {
        Outcome outcome = refused(403, """
                {"type": "urn:problem:forbidden", "title": "Not allowed", "status": 403, "detail": "An operator may.",
                 "errors": [{"pointer": "/mailboxes/0/email", "code": "reserved", "message": "An operator may."}]}""");

        assertThat(outcome).isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(
                        refused.why().errors())
                .singleElement()
                .extracting("pointer")
                .isEqualTo("/mail/mailboxes/0/email"));
    }

    @Test
    void aTokenThatIsNotTakenMayBeTakenLater() {
        assertThat(refused(401, "{}")).isInstanceOf(Outcome.Unknown.class);
        assertThat(refused(403, """
                {"type": "urn:problem:forbidden", "title": "Not allowed", "status": 403, "detail": "Not with this token."}""")).isInstanceOf(Outcome.Unknown.class);
    }
}
