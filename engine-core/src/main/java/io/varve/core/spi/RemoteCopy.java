// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.util.Objects;

/**
 * Names the remote records of a partition as of a point, for another partition to begin with. The copy ends
 * before the first batch that reaches {@code endOffset} or has a timestamp of {@code endTimestamp} or above;
 * a source that ends before is copied whole, also an empty one.
 * Later changes of the source, also its deletion, do not change the copy.
 *
 * @param source the partition to copy, of the same storage
 * @param endOffset offset at which the copy ends, exclusive; {@link Long#MAX_VALUE} for no such limit
 * @param endTimestamp timestamp in ms since the epoch at which the copy ends, exclusive;
 *     {@link Long#MAX_VALUE} for no such limit
 */
public record RemoteCopy(PartitionId source, long endOffset, long endTimestamp) {
    /** @throws StorageException MISUSE if the offset is below 0 */
    public RemoteCopy {
        Objects.requireNonNull(source, "source");
        if (endOffset < 0) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    "a copy of " + source + " up to offset " + endOffset + ": must be 0 or more");
        }
    }
}
