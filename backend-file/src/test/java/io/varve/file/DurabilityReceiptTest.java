// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DurabilityReceiptTest extends FileTestBase {
    @Test
    void aStartAfterACrashLogsWhatWasRecoveredAndWhatWasTruncated() throws IOException {
        appendTens(5);
        rig.reopen(); // writes the checkpoint
        open();
        appendTens(3);
        rig.die();
        shorten(log(50), 2 * SIZE + 77);
        List<String> lines = LogLines.of(this::open);
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0))
                .contains(
                        "durability receipt: orders-3: recovered end 70, durable end before the crash at least 50, 77 bytes cut: "
                                + log(50)
                                + " at byte 400 (offset 70), where there is a batch of 200 bytes of which 77 are there");
        assertThat(lines.get(1))
                .contains(
                        "durability receipt: " + rig.directory + " was not closed properly: 1 partition recovered in ",
                        "1 differs from the last checkpoint, 1 lost 77 unsynced bytes in all, 0 are damaged");
    }

    @Test
    void aCleanStartLogsNothing() {
        appendTens(8);
        rig.stop();
        assertThat(LogLines.of(this::open)).isEmpty();
    }
}
