// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

import java.util.List;
import java.util.Objects;

/**
 * Holds what one policy led to.
 *
 * @param summary totals, costs and constraints
 * @param samples the state at each sample, in the order of time
 * @param segments the life of every segment, in the order of topic, partition, base offset
 * @param requests what was asked of the bucket between samples, in the order of time, then kind
 * @param reads what consumers read between samples, in the order of time, consumer, tier
 * @param misses what consumers could not read any more, in the order of time
 */
public record PolicyResult(
        PolicySummary summary,
        List<Sample> samples,
        List<SegmentLife> segments,
        List<RequestSample> requests,
        List<ReadSample> reads,
        List<Miss> misses) {
    /** Copies the lists. */
    public PolicyResult {
        Objects.requireNonNull(summary, "summary");
        samples = List.copyOf(samples);
        segments = List.copyOf(segments);
        requests = List.copyOf(requests);
        reads = List.copyOf(reads);
        misses = List.copyOf(misses);
    }
}
