// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import io.varve.s3.manifest.RemoteSegment;
import java.util.List;

/**
 * Adds up a partition's segments.
 *
 * @param appended bytes of batches as appended
 * @param stored bytes of objects
 * @param oldestMs max timestamp of the first batch in ms since the epoch, or -1
 */
record TierTotals(long appended, long stored, long oldestMs) {
    static TierTotals of(List<RemoteSegment> segments) {
        return new TierTotals(
                segments.stream().mapToLong(RemoteSegment::bytes).sum(),
                segments.stream().mapToLong(RemoteSegment::objectBytes).sum(),
                segments.isEmpty() ? -1 : segments.get(0).firstTimestamp());
    }
}
