// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LazyLongTest {
    private final LazyLong number = new LazyLong();

    @Test
    void aComputedNumberNeverReplacesOneSetMeanwhile() {
        assertThat(number.get(() -> {
                    number.set(5);
                    return -1;
                }))
                .isEqualTo(5);
        assertThat(number.get(() -> -1)).isEqualTo(5);
    }

    @Test
    void cachesAComputedNumber() {
        assertThat(number.get(() -> 3)).isEqualTo(3);
        assertThat(number.get(() -> 4)).isEqualTo(3);
        number.forget();
        assertThat(number.get(() -> 4)).isEqualTo(4);
    }
}
