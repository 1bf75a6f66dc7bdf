// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.BatchSlice;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Holds slices of one reader for a while, and verifies their bytes before it closes them. Not thread-safe.
 */
final class KeptSlices {
    private static final int MAX_KEPT = 16;

    private final ArrayDeque<BatchSlice> slices = new ArrayDeque<>();

    void add(BatchSlice slice) {
        slices.add(slice);
    }

    /** Gives the oldest back, when there are many. */
    void lookAtOldest() {
        if (slices.size() > MAX_KEPT) {
            look(slices.remove());
        }
    }

    /** Gives all back. */
    void lookAtAll() {
        slices.forEach(KeptSlices::look);
    }

    private static void look(BatchSlice slice) {
        ByteBuffer bytes = slice.buffer();
        int at = 0;
        for (long base : Contract.bases(slice)) {
            assertThat(bytes.slice(at, Contract.SIZE)).isEqualTo(Contract.ten(base));
            at += Contract.SIZE;
        }
        slice.close();
    }
}
