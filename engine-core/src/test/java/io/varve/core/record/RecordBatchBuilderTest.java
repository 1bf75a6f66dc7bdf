// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static io.varve.core.record.Expected.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests refusals of the builder; {@link KafkaInteropTest} reads its batches back. */
class RecordBatchBuilderTest {
    private final RecordBatchBuilder builder =
            new RecordBatchBuilder(Codec.NONE).baseOffset(10).append(1, null, utf8("v"), List.of());

    @Test
    void refusesOffsetsThatDoNotAscend() {
        assertThatIllegalArgumentException().isThrownBy(() -> builder.appendAt(10, 1, null, null, List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.appendAt(9, 1, null, null, List.of()));
    }

    @Test
    void refusesOffsetsTooFarFromTheFirst() {
        long last = 10L + Integer.MAX_VALUE;
        assertThatIllegalArgumentException().isThrownBy(() -> builder.appendAt(last + 1, 1, null, null, List.of()));
        assertThat(BatchHeader.lastOffset(builder.build(last, 1), 0)).isEqualTo(last);
    }

    @Test
    void refusesALastOffsetBelowItsRecords() {
        assertThatIllegalArgumentException().isThrownBy(() -> builder.build(9, 1));
    }

    @Test
    void refusesToMoveTheBaseUnderItsRecords() {
        assertThatIllegalStateException().isThrownBy(() -> builder.baseOffset(5));
        assertThatIllegalStateException().isThrownBy(() -> builder.deleteHorizon(5));
    }

    @Test
    void givesItsMemoryAwayOnce() {
        builder.build();
        assertThatIllegalStateException().isThrownBy(builder::build);
        assertThatIllegalStateException().isThrownBy(() -> builder.append(1, null, null, List.of()));
    }

    @Test
    void refusesAnEmptyBatchWithoutALastOffset() {
        assertThatIllegalStateException().isThrownBy(() -> new RecordBatchBuilder(Codec.GZIP).build());
    }
}
