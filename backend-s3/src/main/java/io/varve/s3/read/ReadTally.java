// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import java.util.concurrent.atomic.LongAdder;

/** Counts what is read. Thread-safe. */
final class ReadTally {
    final LongAdder memoryHits = new LongAdder();
    final LongAdder diskHits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder gets = new LongAdder();
    final LongAdder storedBytes = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LongAdder slicedBytes = new LongAdder();
    final LongAdder prefetchedBytes = new LongAdder();
    final LongAdder unreadBytes = new LongAdder();
    final LongAdder failures = new LongAdder();

    ReadCounts counts(long usedMemory, long diskBytes, int openFiles) {
        return new ReadCounts(
                memoryHits.sum(),
                diskHits.sum(),
                misses.sum(),
                gets.sum(),
                storedBytes.sum(),
                bytes.sum(),
                slicedBytes.sum(),
                prefetchedBytes.sum(),
                unreadBytes.sum(),
                failures.sum(),
                usedMemory,
                diskBytes,
                openFiles);
    }
}
