// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageSetting;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoragePropertiesTest {
    private static final List<StorageSetting> SETTINGS = List.of(
            StorageSetting.number("size", 1, 0, 9, ""),
            StorageSetting.number("big", 1, 6, 9, ""),
            StorageSetting.number("odd", 1, 6, 9, ""),
            StorageSetting.number("absent", 1, 0, 9, ""),
            StorageSetting.flag("fast", false, ""),
            StorageSetting.flag("no", false, ""),
            StorageSetting.list("none", "x, y,", ""));

    private final StorageProperties settings =
            new StorageProperties(SETTINGS, Map.of("size", " 5 ", "fast", "TRUE", "odd", "maybe", "big", "10"));

    @Test
    void readsWhatIsThereAndElseWhatHoldsByDefault() {
        assertThat(settings.number("size")).isEqualTo(5);
        assertThat(settings.number("absent")).isEqualTo(1);
        assertThat(settings.number("absent", 3, 0, 9)).isEqualTo(3);
        assertThat(settings.flag("fast")).isTrue();
        assertThat(settings.flag("no")).isFalse();
        assertThat(settings.text("none")).isEqualTo("x, y,");
        assertThat(settings.words("none")).containsExactly("x", "y");
    }

    @Test
    void namesKeyValueAndWhatWouldBeRight() {
        assertThatThrownBy(() -> settings.number("size", 1, 6, 9))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll("size", "5", "6 to 9");
        assertThatThrownBy(() -> settings.number("odd"))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll("odd", "maybe", "6 to 9");
        assertThatThrownBy(() -> settings.number("big"))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll("big", "10", "6 to 9");
        assertThatThrownBy(() -> settings.flag("odd"))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll("odd", "maybe", "true or false");
    }
}
