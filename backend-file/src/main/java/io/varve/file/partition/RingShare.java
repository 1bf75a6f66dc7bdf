// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

/**
 * The batches of a partition that a ring may make durable: those at the end of its active segment, when all
 * others are durable.
 *
 * @param seen the view whose last batches they are
 * @param changes the number of edits of the partition that had begun or ended then
 * @param from first byte in the active segment's log
 */
record RingShare(PartitionView seen, long changes, int from) {
    /** @return bytes of the batches; 0 when all are durable */
    int length() {
        return seen.tailBytes() - from;
    }
}
