// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordsTest {
    @Test
    void readsMethodNamesAsSentences() {
        assertThat(Words.of("afterAFailedSyncAppendsAreRefused")).isEqualTo("after a failed sync appends are refused");
        assertThat(Words.of("losesNothingAt, file.sync.before-force"))
                .isEqualTo("loses nothing at, file.sync.before-force");
        assertThat(Words.of("seed 42")).isEqualTo("seed 42");
    }
}
