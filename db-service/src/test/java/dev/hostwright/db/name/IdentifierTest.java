package dev.hostwright.db.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.problem.FaultException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifierTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop",
                "shop_2",
                "abc",
                "a__b",
                "select",
                "table",
                "pga",
                "pools",
                "users",
                "admins",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void aLowerCaseNameOf3To48CharactersIsTaken(String name) {
        assertThat(new Identifier(name).value()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, name_too_long",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, name_too_long",
        "'', too_short",
        "ab, too_short",
        "1shop, must_start_with_letter",
        "_shop, must_start_with_letter",
        "shop_, must_not_end_with_underscore",
        "Shop, uppercase",
        "SHOP, uppercase",
        "shop-1, character",
        "shop.1, character",
        "shop shop, character",
        "'shop\"; drop database x; --', character",
        "'shop'' or ''1''=''1', character",
        "shöp, character",
        "ѕhop, character",
        "postgres, reserved",
        "template0, reserved",
        "template1, reserved",
        "pg_shop, reserved",
        "pg_, reserved",
        "public, reserved",
        "none, reserved",
        "current_user, reserved",
        "current_role, reserved",
        "session_user, reserved",
        "user, reserved",
        "replication, reserved",
        "all, reserved",
        "pgbouncer, reserved",
        "dbsvc_meta, reserved",
        "pool_1, reserved",
        "zz_trash_1, reserved",
        "hostwright_db, reserved",
        "rdsadmin, reserved",
        "azure_x, reserved",
        "cloudsqladmin, reserved",
        "information_schema, reserved"
    })
    void anyOtherIsRefusedWithTheRuleItBreaks(String name, String code) {
        assertThatThrownBy(() -> new Identifier(name))
                .isInstanceOfSatisfying(FaultException.class, e -> assertThat(e.fault())
                        .isInstanceOfSatisfying(Fault.Malformed.class, fault -> assertThat(fault.code())
                                .isEqualTo(code)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop\n", "sh\0p", "shop\t", "\u200bshop"})
    void whatCannotBeSeenIsRefusedToo(String name) {
        assertThatThrownBy(() -> new Identifier(name)).isInstanceOf(FaultException.class);
    }
}
