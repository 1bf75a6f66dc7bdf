// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.record.InvalidBatchException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class LogErrorsTest {
    @Test
    void tellsReadersOfSenselessRecordsThatTheyAreCorrupt() {
        for (InvalidBatchException.Kind kind : InvalidBatchException.Kind.values()) {
            assertThat(LogErrors.ofRead(new InvalidBatchException(kind, "senseless")))
                    .isEqualTo(Errors.CORRUPT_MESSAGE);
        }
    }

    @Test
    void tellsProducersWhatIsWrongWithTheirBatch() {
        assertThat(LogErrors.ofAppend(new InvalidBatchException(InvalidBatchException.Kind.INVALID_RECORD, "no")))
                .isEqualTo(Errors.INVALID_RECORD);
    }
}
