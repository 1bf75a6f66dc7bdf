// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReportTextTest {
    @Test
    void readsMethodNamesAsSentences() {
        assertThat(ReportText.of("afterAFailedSyncAppendsAreRefused"))
                .isEqualTo("after a failed sync appends are refused");
        assertThat(ReportText.of("losesNothingAt, file.sync.before-force"))
                .isEqualTo("loses nothing at, file.sync.before-force");
        assertThat(ReportText.of("seed 42")).isEqualTo("seed 42");
    }
}
