// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.VirtualTime;
import io.varve.server.logging.LogTap;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests that clients cannot flood the log with failed writes. */
class CoordinatorErrorsTest {
    @RegisterExtension
    private final LogTap log = LogTap.on(CoordinatorErrors.class);

    @Test
    void saysOnceInAWhileThatTransactionsAreTooLarge() {
        VirtualTime time = new VirtualTime(0);
        CoordinatorErrors errors = new CoordinatorErrors(time);
        for (int i = 0; i < 1_000; i++) {
            assertThat(errors.of(new CompletionException(new RecordTooLargeException("too large"))))
                    .isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
        }
        assertThat(log.lines()).hasSize(1);
    }
}
