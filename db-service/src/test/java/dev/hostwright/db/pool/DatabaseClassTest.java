package dev.hostwright.db.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseClassTest {

    @ParameterizedTest
    @CsvSource({
        "LATIN1, LATIN1//",
        "LATIN1/C, LATIN1/C/",
        "LATIN1/C/, LATIN1/C/",
        "UTF8/de_DE.UTF-8@euro/gis, UTF8/de_DE.UTF-8@euro/gis",
        "UTF8//gis, UTF8//gis",
        "UTF8/icu:de-DE-u-co-phonebk, UTF8/icu:de-DE-u-co-phonebk/",
        "UTF8, ''",
        "UTF8//, ''",
        "'', ''"
    })
    void theWordOfAClassIsReadAndWritten(String written, String word) {
        assertThat(DatabaseClass.of(written).word()).isEqualTo(word);
        assertThat(DatabaseClass.of(word)).isEqualTo(DatabaseClass.of(written));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "latin1",
                "WIN1252/C",
                "SQL_ASCII/C",
                "EUC_JP/C",
                "/C",
                "UTF8/C'; DROP DATABASE x; --",
                "UTF8/C/Gis",
                "UTF8/C/a\"b",
                "UTF8/C/gis/more",
                "UTF8/icu:",
                "UTF8 /C"
            })
    void whatIsNoClassIsRefused(String written) {
        assertThatThrownBy(() -> DatabaseClass.of(written)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theOptionsOfAClassAreThoseOfCreateDatabase() {
        assertThat(DatabaseClass.of("LATIN1/de_DE").options())
                .isEqualTo("ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'de_DE'");
        assertThat(DatabaseClass.of("UTF8/icu:de-DE").options())
                .isEqualTo("ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'de-DE' LOCALE 'C'");
        assertThat(DatabaseClass.USUAL.options().strip()).isEqualTo("ENCODING 'UTF8'");
    }
}
