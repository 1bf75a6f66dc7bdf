// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;

/**
 * Reads the partitions of one fetch within its limits, a slice of them at a time. Reads that may wait for a
 * disk, and all after them, go to a worker thread, so that a slow disk holds up nobody but this client:
 *
 * <pre>
 *   on the event loop --the next partition may wait--> on a worker thread --last partition--> done, on the loop
 * </pre>
 *
 * Used by one request, on the event loop of its connection unless a method says otherwise.
 */
final class FetchReader {
    /**
     * Number of partitions that are read before the event loop serves other connections: some milliseconds of
     * work when all of them have records.
     */
    static final int SLICE = 256;

    private final PartitionFetchReader partitions;
    private final FetchLimits limits;

    /**
     * @param partitions reads each partition
     * @param limits of the fetch, for all its partitions together
     */
    FetchReader(PartitionFetchReader partitions, FetchLimits limits) {
        this.partitions = partitions;
        this.limits = limits;
    }

    /** @return the reader of single partitions */
    PartitionFetchReader partitions() {
        return partitions;
    }

    /**
     * Reads the partitions of a fetch up to the first one that may wait for a disk; none if there are more
     * than {@link #SLICE}.
     *
     * @param fetches the partitions, in the order to read them
     * @param idle answers to take instead of reading
     * @return what was read of them; the caller gives it to {@link #readOn} unless it has them all
     */
    FetchResult begin(List<PartitionFetch> fetches, IdleAnswers idle) {
        FetchResult result = new FetchResult(fetches.size());
        if (fetches.size() <= SLICE) {
            read(fetches, idle, result, false);
        }
        return result;
    }

    /**
     * Reads partitions in order until the response is full. It takes the first batch found however large that
     * is, so that a client whose limits are too small still makes progress (KIP-74). Later batches must fit
     * into the rest of the limit. The event loop serves other connections between two slices.
     *
     * @param fetches the partitions, in the order to read them
     * @param idle answers to take instead of reading
     * @param result what was read so far
     * @param connection the client's; its event loop calls this method
     * @return completes on the event loop with what was read, for the caller to send or to release; fails
     *     when the connection is closed before that
     */
    CompletionStage<FetchResult> readOn(
            List<PartitionFetch> fetches, IdleAnswers idle, FetchResult result, Connection connection) {
        CompletableFuture<FetchResult> done = new CompletableFuture<>();
        readSlices(fetches, idle, result, connection, done);
        return done;
    }

    private void readSlices(
            List<PartitionFetch> fetches,
            IdleAnswers idle,
            FetchResult result,
            Connection connection,
            CompletableFuture<FetchResult> done) {
        if (!connection.isOpen()) {
            abandon(result, done);
            return;
        }
        guarded(result, done, () -> {
            boolean mayWait = read(fetches, idle, result, false);
            if (result.answers().size() == fetches.size()) {
                done.complete(result);
            } else if (mayWait) {
                handOver(fetches, idle, result, connection, done);
            } else {
                connection.executor().execute(() -> readSlices(fetches, idle, result, connection, done));
            }
        });
    }

    private void abandon(FetchResult result, CompletableFuture<FetchResult> done) {
        release(result);
        done.completeExceptionally(new CloseConnectionException("the connection was closed during a fetch"));
    }

    /** Has a worker thread read what is left. A close of the connection does not wait for a thread. */
    private void handOver(
            List<PartitionFetch> fetches,
            IdleAnswers idle,
            FetchResult result,
            Connection connection,
            CompletableFuture<FetchResult> done) {
        AtomicBoolean taken = new AtomicBoolean();
        Runnable closeWatch = connection.onClose(() -> {
            if (taken.compareAndSet(false, true)) {
                abandon(result, done);
            }
        });
        connection.background().execute(() -> {
            if (taken.compareAndSet(false, true)) {
                closeWatch.run();
                readWaiting(fetches, idle, result, connection, done);
            }
        });
    }

    /** Reads what is left, on a worker thread. */
    private void readWaiting(
            List<PartitionFetch> fetches,
            IdleAnswers idle,
            FetchResult result,
            Connection connection,
            CompletableFuture<FetchResult> done) {
        guarded(result, done, () -> {
            while (connection.isOpen() && result.answers().size() < fetches.size()) {
                read(fetches, idle, result, true);
            }
            // The loop takes what was read, or finds that the connection is closed.
            connection.executor().execute(() -> readSlices(fetches, idle, result, connection, done));
        });
    }

    /** Takes a step of a read; tells its failure. A step whose read fails has released the result. */
    private void guarded(FetchResult result, CompletableFuture<FetchResult> done, Runnable step) {
        try {
            step.run();
        } catch (RejectedExecutionException loopEnded) {
            release(result);
            done.completeExceptionally(loopEnded);
        } catch (RuntimeException | Error failure) {
            done.completeExceptionally(failure);
        }
    }

    /**
     * Reads the next partitions, at most {@link #SLICE} of them. On a worker thread if {@code waiting}.
     *
     * @param waiting true to wait for disks; false to end before the first partition that may wait
     * @return true if it has ended before such a partition
     */
    private boolean read(List<PartitionFetch> fetches, IdleAnswers idle, FetchResult result, boolean waiting) {
        int start = result.answers().size();
        int end = Math.min(fetches.size(), start + SLICE);
        try {
            for (int i = start; i < end; i++) {
                PartitionData known = idle.at(i);
                if (known == null && !waiting && !isFull(result) && partitions.mayWait(fetches.get(i))) {
                    return true;
                }
                result.add(known != null ? known : read(fetches.get(i), result));
            }
            return false;
        } catch (Throwable failure) {
            release(result);
            throw failure;
        }
    }

    private boolean isFull(FetchResult result) {
        return result.bytes() > 0 && result.bytes() >= limits.maxBytes();
    }

    private PartitionData read(PartitionFetch fetch, FetchResult before) {
        int left = (int) Math.max(0, limits.maxBytes() - before.bytes());
        return partitions.read(fetch, Math.min(fetch.maxBytes(), left), before.bytes() == 0);
    }

    /** @param result releases its records, and those that a remote tier may still bring */
    void release(FetchResult result) {
        result.release();
        partitions.close();
    }
}
