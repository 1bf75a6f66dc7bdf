// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.batch;

import io.varve.experiments.scenario.CompressionSpec;
import io.varve.experiments.scenario.RecordSpec;
import java.util.Objects;

/**
 * Says what the records of a partition's batches look like.
 *
 * @param records their sizes, keys, tombstones and timestamps
 * @param compression how batches are compressed
 * @param partition which partition: keys are those that belong to it
 * @param partitions how many the topic has
 */
public record BatchShape(RecordSpec records, CompressionSpec compression, int partition, int partitions) {
    /** Bytes of a key. */
    static final int KEY_BYTES = Long.BYTES;

    /** Checks presence. */
    public BatchShape {
        Objects.requireNonNull(records, "records");
        Objects.requireNonNull(compression, "compression");
    }

    /** @return true if records have keys */
    boolean keyed() {
        return records.keys().cardinality() > 0;
    }

    /**
     * @param key a key
     * @param partitions how many the topic has
     * @return the key's partition
     */
    public static int partitionOf(long key, int partitions) {
        return (int) Long.remainderUnsigned(Seeded.mix(key), partitions);
    }
}
