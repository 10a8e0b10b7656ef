package dev.hostwright.gateway.problem;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.pgclient.PgException;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.CharConversionException;
import org.jboss.resteasy.reactive.RestResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemMappersTest {

    private final ProblemMappers mappers = new ProblemMappers();

    private static PgException failure(String state) {
        return new PgException("as PostgreSQL says it", "ERROR", state, "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"08006", "53300", "57P01", "40001", "40P01", "55P03", "57014"})
    void aFailureOfTheDatabaseThatPassesIsA503ThatSaysWhenToComeAgain(String state) {
        RestResponse<Problem> response = mappers.database(failure(state));

        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"42601", "23505", "57000", "40002"})
    void anotherFailureOfTheDatabaseIsABug(String state) {
        assertThat(mappers.database(failure(state)).getStatus()).isEqualTo(500);
    }

    @Test
    void bytesThatAreNoTextAreTheClientsFault() {
        assertThat(mappers.unreadable(new CharConversionException("Invalid UTF-32"))
                        .getStatus())
                .isEqualTo(400);
    }
}
