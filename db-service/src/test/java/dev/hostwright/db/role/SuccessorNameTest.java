package dev.hostwright.db.role;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuccessorNameTest {

    @ParameterizedTest
    @CsvSource({
        "shop, shop_r2",
        "shop_r2, shop_r3",
        "shop_r9999, shop_r10000",
        "shop_r, shop_r_r2",
        "abcdefghijabcdefghijabcdefghijabcdefghijabcdefgh, abcdefghijabcdefghijabcdefghijabcdefghijabcde_r2",
        "abcdefghijabcdefghijabcdefghijabcdefghijabcdef_r9, abcdefghijabcdefghijabcdefghijabcdefghijabcd_r10"
    })
    void aSuccessorsNameCountsOnAndStaysWithinItsLength(String username, String successor) {
        assertThat(RotationRepository.successorOf(username).value()).isEqualTo(successor);
    }
}
