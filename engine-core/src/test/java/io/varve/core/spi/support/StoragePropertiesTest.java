// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.spi.StorageException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoragePropertiesTest {
    private final StorageProperties settings =
            new StorageProperties(Map.of("size", " 5 ", "fast", "TRUE", "odd", "maybe"));

    @Test
    void readsWhatIsThereAndElseWhatHoldsByDefault() {
        assertThat(settings.number("size", 1, 0, 9)).isEqualTo(5);
        assertThat(settings.number("none", 1, 0, 9)).isEqualTo(1);
        assertThat(settings.flag("fast")).isTrue();
        assertThat(settings.flag("none")).isFalse();
        assertThat(settings.text("none", "x")).isEqualTo("x");
    }

    @Test
    void namesKeyValueAndWhatWouldBeRight() {
        assertThatThrownBy(() -> settings.number("size", 1, 6, 9))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll("size", "5", "6 to 9");
        assertThatThrownBy(() -> settings.number("odd", 1, 6, 9))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll("odd", "maybe", "6 to 9");
        assertThatThrownBy(() -> settings.flag("odd"))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll("odd", "maybe", "true or false");
    }
}
