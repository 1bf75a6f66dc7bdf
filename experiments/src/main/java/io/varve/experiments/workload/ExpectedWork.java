// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import io.varve.core.record.BatchHeader;

/**
 * Says what producers are expected to write, on average.
 *
 * @param batches how many
 * @param records how many, of the run's scale
 * @param bytes of batches as they are stored, of the run's scale
 */
public record ExpectedWork(double batches, double records, double bytes) {
    /** Nothing to write. */
    public static final ExpectedWork NONE = new ExpectedWork(0, 0, 0);

    static ExpectedWork of(double batches, double records, double recordBytes) {
        return new ExpectedWork(batches, records, records * recordBytes + batches * BatchHeader.SIZE);
    }

    /** @return both together */
    public ExpectedWork plus(ExpectedWork other) {
        return new ExpectedWork(batches + other.batches, records + other.records, bytes + other.bytes);
    }

    /** @return as much so many times */
    public ExpectedWork times(int factor) {
        return new ExpectedWork(batches * factor, records * factor, bytes * factor);
    }

    /**
     * @param fewer the same records in fewer batches
     * @return the share of the bytes that are headers of the batches that are not there, from 0 to 1
     */
    public double headersMissingIn(ExpectedWork fewer) {
        return bytes == 0 ? 0 : Math.max(0, batches - fewer.batches) * BatchHeader.SIZE / bytes;
    }
}
