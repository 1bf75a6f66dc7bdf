// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.ReadResult;
import io.varve.core.spi.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Reads, for one fetch, the partitions whose records are in a remote tier only. The event loop starts the
 * reads and never waits for one: the answer holds those that are there in time. What comes later is closed;
 * the storage keeps it in its cache, so that the client's next fetch finds it.
 *
 * <p>Used as {@link PartitionFetchReader} is. Reads are completed by other threads.
 */
final class ColdReads {
    /** Max number of reads of one fetch at a time: one consumer must not take all threads of the tier. */
    private static final int MAX_READS = 16;

    private record ColdRead(PartitionFetch fetch, PartitionLog log, CompletableFuture<ReadResult> result) {
        /** @return true if the answer can say how the read ended; a failure that may pass can wait */
        boolean isReady(boolean lastLook) {
            return result.isDone() && (lastLook || !result.isCompletedExceptionally() || !mayPass());
        }

        private boolean mayPass() {
            try {
                result.join();
                return false;
            } catch (CompletionException e) {
                return ColdReads.mayPass(e);
            }
        }
    }

    private final int maxBytes;
    private final List<ColdRead> reads = new ArrayList<>(MAX_READS);
    private long askedBytes;
    private boolean lastLook;

    /** @param maxBytes max bytes of records in the answer: no more are asked of the tier at a time */
    ColdReads(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Takes what was read of a partition. Starts the read at the first call, unless enough are under way.
     *
     * @param fetch what the client wants; the same object at each call
     * @param log the partition's log as it is now; what was read of another one is dropped
     * @param max max bytes of records; the first batch may exceed it
     * @param isolation how far to see
     * @return what was read, for the caller to close; null while it is not there
     * @throws RuntimeException why the read failed: as {@code LogReader.read}. A failure that may pass is
     *     told only after {@link #lookALastTime}: a client that gets one fetches again at once
     */
    ReadResult take(PartitionFetch fetch, PartitionLog log, int max, Isolation isolation) {
        ColdRead read = find(fetch);
        if (read != null && read.log != log) {
            reads.remove(read);
            closeWhenDone(read);
            read = null;
        }
        if (read == null) {
            read = start(fetch, log, max, isolation);
        }
        if (read == null || !read.isReady(lastLook)) {
            return null;
        }
        reads.remove(read);
        try {
            return read.result.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private ColdRead find(PartitionFetch fetch) {
        for (ColdRead read : reads) {
            if (read.fetch == fetch) {
                return read;
            }
        }
        return null;
    }

    private ColdRead start(PartitionFetch fetch, PartitionLog log, int max, Isolation isolation) {
        int size = (int) Math.min(max, maxBytes - askedBytes);
        if (reads.size() >= MAX_READS || size <= 0 && !reads.isEmpty()) {
            return null;
        }
        askedBytes += Math.max(0, size);
        ColdRead read = new ColdRead(fetch, log, log.reader().readAsync(fetch.offset(), Math.max(0, size), isolation));
        reads.add(read);
        return read;
    }

    /**
     * Waits without a thread for the next read that ends.
     *
     * @param wake called on any thread when a read has ended, at once for one that has; not for a failure
     *     that may pass; may be called several times, also after {@link #close}
     */
    void onReady(Runnable wake) {
        for (ColdRead read : List.copyOf(reads)) {
            read.result.whenComplete((result, failure) -> {
                if (failure == null || !mayPass(failure)) {
                    wake.run();
                }
            });
        }
    }

    /** Says that the answer is made next: {@link #take} then tells every failure. */
    void lookALastTime() {
        lastLook = true;
    }

    /** Closes what was not taken, now or when it comes. Nothing may be taken afterwards. */
    void close() {
        reads.forEach(ColdReads::closeWhenDone);
        reads.clear();
    }

    private static void closeWhenDone(ColdRead read) {
        read.result.whenComplete((result, failure) -> {
            if (result != null) {
                result.slice().close();
            }
        });
    }

    private static boolean mayPass(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof StorageException storage && storage.kind() == StorageException.Kind.RETRY;
    }
}
