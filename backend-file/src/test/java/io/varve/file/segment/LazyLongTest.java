// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LazyLongTest {
    private final LazyLong number = new LazyLong();

    @Test
    void aComputedNumberNeverReplacesOneSetMeanwhile() {
        assertThat(number.get(
                        one -> {
                            one.set(5);
                            return -1;
                        },
                        number))
                .isEqualTo(5);
        assertThat(number.get(any -> -1, this)).isEqualTo(5);
    }

    @Test
    void cachesAComputedNumber() {
        assertThat(number.get(any -> 3, this)).isEqualTo(3);
        assertThat(number.get(any -> 4, this)).isEqualTo(3);
        number.forget();
        assertThat(number.get(any -> 4, this)).isEqualTo(4);
    }
}
