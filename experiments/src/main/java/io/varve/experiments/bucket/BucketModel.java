// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.bucket;

import io.varve.experiments.workload.LatencyModel;
import java.util.List;

/**
 * Says how a bucket behaves.
 *
 * @param times how long it takes to the first byte of an answer, and how fast bytes go either way
 * @param scale objects of segments stand for so many times their bytes, 1 or more
 * @param outages when it answers nothing
 */
public record BucketModel(LatencyModel.TierTimes times, int scale, List<Outage> outages) {
    /**
     * Holds a time in which the bucket answers nothing.
     *
     * @param fromMs in ms since the epoch, inclusive
     * @param toMs in ms since the epoch, exclusive
     */
    public record Outage(long fromMs, long toMs) {}

    /** Copies the list. */
    public BucketModel {
        outages = List.copyOf(outages);
    }

    boolean isAway(long nowMs) {
        return outages.stream().anyMatch(outage -> nowMs >= outage.fromMs && nowMs < outage.toMs);
    }
}
