// SPDX-License-Identifier: Apache-2.0
package io.varve.server.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.record.InvalidBatchException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class KafkaErrorsTest {
    @Test
    void tellsReadersOfSenselessRecordsThatTheyAreCorrupt() {
        for (InvalidBatchException.Kind kind : InvalidBatchException.Kind.values()) {
            assertThat(KafkaErrors.ofRead(new InvalidBatchException(kind, "senseless")))
                    .isEqualTo(Errors.CORRUPT_MESSAGE);
        }
    }

    @Test
    void tellsProducersWhatIsWrongWithTheirBatch() {
        assertThat(KafkaErrors.ofAppend(new InvalidBatchException(InvalidBatchException.Kind.INVALID_RECORD, "no")))
                .isEqualTo(Errors.INVALID_RECORD);
    }
}
