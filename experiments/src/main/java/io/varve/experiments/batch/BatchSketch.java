// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.batch;

import java.util.Objects;

/**
 * Describes a batch by a few numbers, from which its bytes follow.
 *
 * @param seed what its records follow from
 * @param count number of records, at least 1
 * @param size bytes of the batch as it is stored, header included
 * @param firstMs when the first record was produced, in ms since the epoch
 * @param lastMs when the last one was, in ms since the epoch, not before
 * @param maxTimestamp largest timestamp of a record, in ms since the epoch
 * @param shape what the records look like
 */
public record BatchSketch(
        long seed, int count, int size, long firstMs, long lastMs, long maxTimestamp, BatchShape shape) {
    /** Checks presence and the number of records. */
    public BatchSketch {
        Objects.requireNonNull(shape, "shape");
        if (count < 1) {
            throw new IllegalArgumentException("a batch of " + count + " records");
        }
    }
}
