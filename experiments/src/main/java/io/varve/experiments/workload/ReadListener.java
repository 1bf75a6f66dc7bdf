// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import io.varve.core.spi.PartitionId;

/** Learns what a consumer reads and misses. */
public interface ReadListener {
    /**
     * @param consumer the consumer's name
     * @param tier where the bytes came from
     * @param bytes bytes of the batches, of the run's scale
     * @param firstByteMs time to the first byte, in ms
     */
    void read(String consumer, ReadTier tier, int bytes, double firstByteMs);

    /**
     * @param consumer the consumer's name
     * @param partition which partition
     * @param from its position, inclusive
     * @param to the next offset that is there
     */
    void missed(String consumer, PartitionId partition, long from, long to);
}
