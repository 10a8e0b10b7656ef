package dev.hostwright.db.pool;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.onServer;
import static dev.hostwright.db.Customers.path;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static dev.hostwright.db.Customers.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Databases of other encodings, locales and templates, each such class with a stock of its own. */
@QuarkusTest
@TestProfile(ClassTest.WithClasses.class)
class ClassTest {

    public static class WithClasses implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(ClassPostgres.class));
        }

        @Override
        public boolean disableGlobalTestResources() {
            return true;
        }
    }

    private static final String STOCK =
            "SELECT class || '=' || count(*) FROM pool WHERE state = 'ready' GROUP BY class ORDER BY class";

    private static String body(String name, String asked) {
        return "{\"name\": \"%s\", \"username\": \"%1$s\"%s}".formatted(name, asked);
    }

    private static Response make(String name, String asked) {
        return as(tenant()).body(body(name, asked)).post("/v1/databases");
    }

    private static void isStocked() throws Exception {
        until(() -> seen("hostwright_db", STOCK)
                .equals(List.of("=2", "LATIN1/C/=1", "UTF8//hostwright_template=1", "UTF8/C/=1")));
    }

    private static String described(String name) throws SQLException {
        return seen(
                        "postgres",
                        "SELECT pg_encoding_to_char(encoding) || ' ' || datcollate FROM pg_database WHERE datname = '%s'"
                                .formatted(name))
                .getFirst();
    }

    @Test
    void eachClassHasAStockOfItsOwnThatIsFilledAgain() throws Exception {
        isStocked();
        List<String> latin = seen("hostwright_db", "SELECT prefix FROM pool WHERE class = 'LATIN1/C/'");
        List<String> usual = seen("hostwright_db", "SELECT prefix FROM pool WHERE class = '' ORDER BY 1");
        String name = name("latin");

        make(name, ", \"encoding\": \"LATIN1\", \"locale\": \"C\"")
                .then()
                .statusCode(201)
                .body("encoding", equalTo("LATIN1"))
                .body("locale", equalTo("C"))
                .body("$", not(hasKey("template")));

        assertThat(described(name)).isEqualTo("LATIN1 C");
        isStocked();
        assertThat(seen("hostwright_db", "SELECT prefix FROM pool WHERE class = 'LATIN1/C/'"))
                .doesNotContainAnyElementsOf(latin);
        assertThat(seen("hostwright_db", "SELECT prefix FROM pool WHERE class = '' ORDER BY 1"))
                .isEqualTo(usual);
    }

    @Test
    void whatIsMadeIsOfTheClassThatIsAskedForAlsoWhenNoneIsReady() throws Exception {
        isStocked();
        asSuperuser("UPDATE pool SET state = 'dead' WHERE state = 'ready'");
        String latin = name("cold_latin");
        String plain = name("cold_plain");
        String usual = name("cold_usual");

        Response made = make(latin, ", \"encoding\": \"LATIN1\", \"locale\": \"C\"");
        make(plain, ", \"locale\": \"C\"").then().statusCode(201);
        make(usual, "").then().statusCode(201).body("encoding", equalTo("UTF8")).body("$", not(hasKey("locale")));

        made.then().statusCode(201);
        assertThat(described(latin)).isEqualTo("LATIN1 C");
        assertThat(described(plain)).isEqualTo("UTF8 C");
        assertThat(described(usual)).startsWith("UTF8 ");
        try (Connection owner = connect(made.path("connectionString"))) {
            run(owner, "CREATE TABLE t AS SELECT 'äöü' AS words");
            assertThat(state(owner, "SELECT words FROM t WHERE words = 'äöü'")).isEqualTo("00000");
            assertThat(state(owner, "INSERT INTO t VALUES ('字')")).isEqualTo("22P05");
        }
    }

    @Test
    void aTemplateIsAClassToo() throws Exception {
        Response made = make(name("template"), ", \"encoding\": \"UTF8\", \"template\": \"hostwright_template\"");

        made.then().statusCode(201).body("template", equalTo("hostwright_template"));

        try (Connection owner = connect(made.path("connectionString"))) {
            assertThat(state(owner, "SELECT lo_create(0)")).isEqualTo("42501");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "encoding, LATIN2, /encoding",
        "encoding, utf8, /encoding",
        "encoding, LATIN1, /locale",
        "locale, de_DE.UTF-8, /locale",
        "locale, '', /locale",
        "template, template1, /template",
        "template, postgres, /template"
    })
    void whatIsNotOfferedIsRefusedAndNothingIsMade(String field, String value, String pointer) throws SQLException {
        String name = name("refused");

        make(name, ", \"%s\": \"%s\"".formatted(field, value))
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo(pointer))
                .body("errors[0].code", equalTo("not_offered"));

        assertThat(onServer(name)).isEmpty();
    }

    @Test
    void theSameIsConfirmedAndAnotherClassIsAnotherThing() {
        long tenant = tenant();
        String path = path("/v1/databases");
        String name = name("same");
        String latin = body(name, ", \"encoding\": \"LATIN1\", \"locale\": \"C\"");
        as(tenant).body(latin).put(path).then().statusCode(201);

        as(tenant).body(latin).put(path).then().statusCode(200).body("encoding", equalTo("LATIN1"));
        as(tenant).body(body(name, "")).put(path).then().statusCode(409).body("type", equalTo("urn:problem:differs"));
        as(tenant).get(path).then().body("locale", equalTo("C"));
    }

    @Test
    void aClassThatTheServerCannotMakeIsSaidSoAndKeepsTheOthersFromNothing() throws Exception {
        String name = name("impossible");

        make(name, ", \"encoding\": \"LATIN5\", \"locale\": \"xx_XX.none\"")
                .then()
                .statusCode(422)
                .body("errors[0].code", equalTo("not_available"));

        assertThat(onServer(name)).isEmpty();
        isStocked();
    }
}
