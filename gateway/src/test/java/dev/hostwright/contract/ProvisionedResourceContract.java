package dev.hostwright.contract;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** PUT and DELETE by an id that the caller chose may be sent again; nobody sees what another tenant has. */
public interface ProvisionedResourceContract {

    /** A path whose members are put by an id that the caller chooses. */
    String collection();

    /** A body that makes something new each time it is asked for, as JSON. */
    String freshBody();

    private static RequestSpecification as(long tenant) {
        return given().header("Authorization", "Bearer " + Tokens.tenant(tenant))
                .contentType("application/json");
    }

    @Test
    default void puttingTwiceMakesItOnce() {
        String path = collection() + "/" + UUID.randomUUID();
        String body = freshBody();

        as(7).body(body).put(path).then().statusCode(201).header("Location", endsWith(path));
        as(7).body(body).put(path).then().statusCode(200);

        as(7).get(path).then().statusCode(200).body("status", equalTo("active"));
    }

    @Test
    default void puttingSomethingElseOnTheSameIdIsRefusedAndChangesNothing() {
        String path = collection() + "/" + UUID.randomUUID();
        as(7).body(freshBody()).put(path).then().statusCode(201);
        String before = as(7).get(path).asString();

        as(7).body(freshBody()).put(path).then().statusCode(409).contentType("application/problem+json");

        assertThat(as(7).get(path).asString()).isEqualTo(before);
    }

    @Test
    default void deletingTwiceAndDeletingNothingAreBoth204() {
        String path = collection() + "/" + UUID.randomUUID();
        as(7).body(freshBody()).put(path).then().statusCode(201);

        as(7).delete(path).then().statusCode(204);
        as(7).delete(path).then().statusCode(204);
        as(7).delete(collection() + "/" + UUID.randomUUID()).then().statusCode(204);

        as(7).get(path).then().statusCode(404);
    }

    @Test
    default void postingMakesItWithAnIdOfTheServicesChoice() {
        String id = as(7).body(freshBody())
                .post(collection())
                .then()
                .statusCode(201)
                .header("Location", notNullValue())
                .extract()
                .path("id");

        as(7).get(collection() + "/" + id).then().statusCode(200).body("id", equalTo(id));
    }

    @Test
    default void anotherTenantsIdAnswersExactlyAsAnUnknownOne() {
        UUID theirs = UUID.randomUUID();
        as(7).body(freshBody()).put(collection() + "/" + theirs).then().statusCode(201);
        UUID nobodys = UUID.randomUUID();

        Response foreign = as(8).get(collection() + "/" + theirs);
        Response unknown = as(8).get(collection() + "/" + nobodys);
        assertThat(foreign.statusCode()).isEqualTo(404).isEqualTo(unknown.statusCode());
        assertThat(foreign.asString().replace(theirs.toString(), nobodys.toString()))
                .isEqualTo(unknown.asString());
        as(8).delete(collection() + "/" + theirs).then().statusCode(204);

        as(7).get(collection() + "/" + theirs).then().statusCode(200);
    }

    @Test
    default void aTenantCannotMakeSomethingForAnother() {
        String body = freshBody().replaceFirst("\\{", "{\"tenantId\": 8, ");

        as(7).body(body).post(collection()).then().statusCode(403);
    }

    @Test
    default void anOperatorSaysForWhichTenantAndSeesAll() {
        RequestSpecification operator =
                given().header("Authorization", "Bearer " + Tokens.operator()).contentType("application/json");
        String body = freshBody();
        given().spec(operator).body(body).post(collection()).then().statusCode(400);

        String id = given().spec(operator)
                .body(body.replaceFirst("\\{", "{\"tenantId\": 9, "))
                .post(collection())
                .then()
                .statusCode(201)
                .body("tenantId", equalTo(9))
                .extract()
                .path("id");

        given().spec(operator).get(collection() + "/" + id).then().statusCode(200);
        as(9).get(collection() + "/" + id).then().statusCode(200);
        as(7).get(collection() + "/" + id).then().statusCode(404);
    }

    @Test
    default void aListShowsTheTenantsOwnAndPagesByKey() {
        long tenant = 1_000_000 + System.nanoTime() % 1_000_000;
        HashSet<String> made = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            made.add(as(tenant)
                    .body(freshBody())
                    .post(collection())
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("id"));
        }

        List<String> seen = new ArrayList<>();
        String token = "";
        for (int page = 0; page < 10 && token != null; page++) {
            Response answer = as(tenant)
                    .queryParam("pageSize", 2)
                    .queryParam("pageToken", token)
                    .get(collection());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.<List<String>>path("items.id")).hasSizeLessThanOrEqualTo(2);
            seen.addAll(answer.<List<String>>path("items.id"));
            token = answer.path("nextPageToken");
        }

        assertThat(seen).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(made);
    }

    @Test
    default void manyPutsOfOneIdAtOnceMakeOne() throws Exception {
        String path = collection() + "/" + UUID.randomUUID();
        String body = freshBody();
        Callable<Integer> put = () -> as(7).body(body).put(path).statusCode();

        List<Integer> statuses = atOnce(8, put);

        assertThat(statuses).containsOnlyOnce(201);
        assertThat(statuses).containsOnly(200, 201);
    }

    @Test
    default void manyPostsOfTheSameThingAtOnceMakeOne() throws Exception {
        String body = freshBody();
        Callable<Integer> post = () -> as(7).body(body).post(collection()).statusCode();

        List<Integer> statuses = atOnce(8, post);

        assertThat(statuses).containsOnlyOnce(201);
        assertThat(statuses).containsOnly(409, 201);
    }

    @Test
    default void aRefusedRequestStoresNothing() {
        String path = collection() + "/" + UUID.randomUUID();
        String body = freshBody();

        as(7).body(body.replaceFirst("\\{", "{\"noSuchField\": 1, "))
                .put(path)
                .then()
                .statusCode(400);

        as(7).get(path).then().statusCode(404);
        as(7).body(body).put(path).then().statusCode(201);
    }

    private static <T> List<T> atOnce(int clients, Callable<T> call) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            List<T> answers = new ArrayList<>();
            for (Future<T> answer : threads.invokeAll(Collections.nCopies(clients, call))) {
                answers.add(answer.get());
            }
            return answers;
        }
    }
}
