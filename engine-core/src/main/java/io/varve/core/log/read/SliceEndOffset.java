// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.read;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchSlice;

/** Finds where a slice ends, by its headers. Stateless. */
final class SliceEndOffset {
    private SliceEndOffset() {}

    /**
     * @param slice whole batches
     * @param from the answer when the slice is empty
     * @return offset after the last record
     */
    static long of(BatchSlice slice, long from) {
        long[] end = {from};
        SliceHeaders.forEach(slice, (header, at, position) -> {
            end[0] = BatchHeader.nextOffset(header, at);
            return true;
        });
        return end[0];
    }
}
