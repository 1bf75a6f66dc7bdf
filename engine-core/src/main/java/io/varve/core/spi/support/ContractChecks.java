// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import java.util.regex.Pattern;

/**
 * Refuses calls that break the contract of {@link io.varve.core.spi}, with equal messages in every backend.
 * Stateless.
 */
public final class ContractChecks {
    private static final Pattern SNAPSHOT_NAME = Pattern.compile("[a-z0-9-]{1,32}");

    private ContractChecks() {}

    /**
     * Checks name and offset of {@link io.varve.core.spi.Snapshots#write}.
     *
     * @param id names the partition in the message
     * @param name the snapshot's name
     * @param offset the snapshot's offset
     * @throws StorageException MISUSE if the name is not 1 to 32 characters of {@code [a-z0-9-]}, or the
     *     offset is below 0
     */
    public static void requireSnapshot(PartitionId id, String name, long offset) {
        if (!SNAPSHOT_NAME.matcher(name).matches() || offset < 0) {
            throw misuse(id + ": snapshot '" + name + "' at " + offset
                    + ": a name is 1 to 32 of [a-z0-9-], an offset 0 or more");
        }
    }

    /**
     * Checks that the partition to open is the existing one, not one of another incarnation of its topic.
     *
     * @param asked the partition to open
     * @param present the existing partition of the same topic name and number
     * @param place its place for the message, such as {@code " at /data/topic-0"}; may be empty
     * @throws StorageException MISUSE if their topic ids differ
     */
    public static void requireSameIncarnation(PartitionId asked, PartitionId present, String place) {
        if (!present.equals(asked)) {
            throw misuse(asked + " of topic id " + asked.topicId() + ": one of topic id " + present.topicId()
                    + " exists" + place + "; delete that first");
        }
    }

    /**
     * Checks offset and size of a read.
     *
     * @param id names the partition in the message
     * @param offset the read's offset
     * @param maxBytes the read's max bytes
     * @param start the partition's start
     * @param readableEnd the partition's readable end
     * @throws StorageException MISUSE if the offset is outside of {@code start <= offset <= readableEnd}, or
     *     {@code maxBytes} below 0
     */
    public static void requireReadable(PartitionId id, long offset, int maxBytes, long start, long readableEnd) {
        if (offset < start || offset > readableEnd || maxBytes < 0) {
            throw misuse(id + ": read of " + maxBytes + " bytes at " + offset + " where " + start + " to " + readableEnd
                    + " are held");
        }
    }

    /**
     * Checks the offset of a truncation.
     *
     * @param id names the partition in the message
     * @param end lowest offset to drop
     * @throws StorageException MISUSE if {@code end} is below 0
     */
    public static void requireTruncation(PartitionId id, long end) {
        if (end < 0) {
            throw misuse(id + ": truncation to " + end);
        }
    }

    /**
     * Checks the next run of a replacement: as {@link BatchRun#requireAtOrAbove}, and that the run lies
     * within the replaced segments.
     *
     * @param id names the partition in the message
     * @param run the next run of the replacement's source
     * @param from offset after the previous run, or the first segment's base
     * @param end end of the replaced segments, exclusive
     * @return offset after the run
     * @throws StorageException MISUSE if the run lies outside
     */
    public static long requireReplacement(PartitionId id, BatchRun run, long from, long end) {
        run.requireAtOrAbove(id, from);
        if (run.nextOffset() > end) {
            throw misuse(id + ": replace: a batch ends at " + run.nextOffset()
                    + ", above the segments replaced, which end at " + end);
        }
        return run.nextOffset();
    }

    /**
     * Makes the exception of a {@link io.varve.core.spi.Storage#sync} of another storage's handle.
     *
     * @return a MISUSE that names the partition
     */
    public static StorageException foreignHandle(PartitionStore handle) {
        return misuse("sync of " + handle.id() + ": a handle of another storage");
    }

    private static StorageException misuse(String message) {
        return new StorageException(StorageException.Kind.MISUSE, message);
    }
}
