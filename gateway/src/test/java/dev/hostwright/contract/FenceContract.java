package dev.hostwright.contract;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.endsWith;

import io.restassured.specification.RequestSpecification;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Only the newest owner of an operation writes, and what was deleted does not come back late. */
public interface FenceContract {

    /** A path whose members are put by an id that the caller chooses. */
    String collection();

    /** A body that makes something new each time it is asked for, as JSON. */
    String freshBody();

    private static RequestSpecification as(UUID operation, long fence) {
        return given().header("Authorization", "Bearer " + Tokens.tenant(7))
                .contentType("application/json")
                .header("X-Operation-Id", operation)
                .header("X-Operation-Fence", fence);
    }

    @Test
    default void anOlderFenceIsRefusedOnPutAndDelete() {
        UUID operation = UUID.randomUUID();
        String path = collection() + "/" + UUID.randomUUID();
        String body = freshBody();
        as(operation, 12).body(body).put(path).then().statusCode(201);

        as(operation, 11).body(body).put(path).then().statusCode(409).body("type", endsWith("stale-fence"));
        as(operation, 11).delete(path).then().statusCode(409).body("type", endsWith("stale-fence"));

        as(operation, 12).get(path).then().statusCode(200);
    }

    @Test
    default void aNewerFenceTakesOverAndShutsOutTheOneBefore() {
        UUID operation = UUID.randomUUID();
        String path = collection() + "/" + UUID.randomUUID();
        String body = freshBody();
        as(operation, 21).body(body).put(path).then().statusCode(201);
        as(operation, 22).body(body).put(path).then().statusCode(200);

        as(operation, 21).delete(path).then().statusCode(409);

        as(operation, 22).delete(path).then().statusCode(204);
    }

    @Test
    default void aCreateThatArrivesAfterTheDeleteIsRefused() {
        UUID operation = UUID.randomUUID();
        String path = collection() + "/" + UUID.randomUUID();
        String body = freshBody();
        as(operation, 31).delete(path).then().statusCode(204);

        as(operation, 31).body(body).put(path).then().statusCode(409);
        as(operation, 30).body(body).put(path).then().statusCode(409);

        as(operation, 31).get(path).then().statusCode(404);
    }

    @Test
    default void aNewerOperationMayUseADeletedIdAgain() {
        String path = collection() + "/" + UUID.randomUUID();
        String body = freshBody();
        as(UUID.randomUUID(), 41).delete(path).then().statusCode(204);

        as(UUID.randomUUID(), 42).body(body).put(path).then().statusCode(201);
    }

    @Test
    default void undoingDoesNotTouchWhatAnotherOperationMade() {
        String path = collection() + "/" + UUID.randomUUID();
        as(UUID.randomUUID(), 51).body(freshBody()).put(path).then().statusCode(201);
        UUID other = UUID.randomUUID();

        as(other, 52)
                .header("X-Operation-Undo", "true")
                .delete(path)
                .then()
                .statusCode(409)
                .body("type", endsWith("not-ours"));

        as(other, 52).get(path).then().statusCode(200);
    }

    @Test
    default void halfAFenceIsRefused() {
        String path = collection() + "/" + UUID.randomUUID();

        given().header("Authorization", "Bearer " + Tokens.tenant(7))
                .header("X-Operation-Fence", 5)
                .delete(path)
                .then()
                .statusCode(400);
        given().header("Authorization", "Bearer " + Tokens.tenant(7))
                .header("X-Operation-Fence", "-1")
                .header("X-Operation-Id", UUID.randomUUID())
                .delete(path)
                .then()
                .statusCode(400);
    }
}
