// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import io.varve.experiments.batch.BatchShape;
import io.varve.experiments.scenario.KeySpec;

/**
 * Divides the number of keys by a run's scale. Rates are divided too, so each key has as many records as at
 * full size: compaction finds as large a share of them old, and what it keeps is as large once it is
 * multiplied again. Stateless.
 */
public final class ScaledKeys {
    /** Keys that are looked at, to find one for each partition. */
    private static final long LOOKED_AT = 1_000_000;

    private ScaledKeys() {}

    /**
     * @param full which keys there are at full size
     * @param partitions of the topic
     * @param scale bytes of the run: 1 of so many
     * @return the keys of the run: at least as many as give each partition that has keys one of its own
     */
    public static KeySpec of(KeySpec full, int partitions, int scale) {
        if (scale == 1 || full.cardinality() == 0) {
            return full;
        }
        long divided = Math.round(full.cardinality() / (double) scale);
        return new KeySpec(Math.max(divided, covering(full.cardinality(), partitions)), full.skew());
    }

    private static long covering(long cardinality, int partitions) {
        boolean[] found = new boolean[partitions];
        int left = partitions;
        long needed = 1;
        for (long rank = 0; left > 0 && rank < Math.min(cardinality, LOOKED_AT); rank++) {
            int partition = BatchShape.partitionOf(rank, partitions);
            if (!found[partition]) {
                found[partition] = true;
                left--;
                needed = rank + 1;
            }
        }
        return needed;
    }
}
