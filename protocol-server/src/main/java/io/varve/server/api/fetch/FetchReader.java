// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;

/**
 * Reads the partitions of one fetch within its limits, a slice of them at a time. Used by one request, on the
 * event loop of its connection.
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
     * Reads partitions in order until the response is full. It takes the first batch found however large that
     * is, so that a client whose limits are too small still makes progress (KIP-74). Later batches must fit
     * into the rest of the limit.
     *
     * @param fetches the partitions, in the order to read them
     * @return what was read; the caller sends it or releases it
     */
    FetchResult read(List<PartitionFetch> fetches) {
        FetchResult result = new FetchResult(fetches.size());
        read(fetches, IdleAnswers.NONE, result, fetches.size());
        return result;
    }

    /**
     * Reads as {@link #read(List)}, but at most {@link #SLICE} partitions at a time: between two slices the
     * event loop serves other connections.
     *
     * @param fetches the partitions, in the order to read them
     * @param idle answers to take instead of reading
     * @param connection the client's; its event loop calls this method
     * @return completes with what was read, for the caller to send or to release; fails when the connection
     *     is closed before that
     */
    CompletionStage<FetchResult> read(List<PartitionFetch> fetches, IdleAnswers idle, Connection connection) {
        CompletableFuture<FetchResult> done = new CompletableFuture<>();
        readSlices(fetches, idle, new FetchResult(fetches.size()), connection, done);
        return done;
    }

    private void readSlices(
            List<PartitionFetch> fetches,
            IdleAnswers idle,
            FetchResult result,
            Connection connection,
            CompletableFuture<FetchResult> done) {
        if (!connection.isOpen()) {
            release(result);
            done.completeExceptionally(new CloseConnectionException("the connection was closed during a fetch"));
            return;
        }
        try {
            read(fetches, idle, result, SLICE);
            if (result.answers().size() == fetches.size()) {
                done.complete(result);
            } else {
                connection.executor().execute(() -> readSlices(fetches, idle, result, connection, done));
            }
        } catch (RejectedExecutionException loopEnded) {
            release(result);
            done.completeExceptionally(loopEnded);
        } catch (RuntimeException | Error failure) {
            done.completeExceptionally(failure);
        }
    }

    /** Reads the next partitions, at most {@code max} of them. */
    private void read(List<PartitionFetch> fetches, IdleAnswers idle, FetchResult result, int max) {
        int start = result.answers().size();
        int end = Math.min(fetches.size(), start + max);
        try {
            for (int i = start; i < end; i++) {
                PartitionData known = idle.at(i);
                result.add(known != null ? known : read(fetches.get(i), result));
            }
        } catch (Throwable failure) {
            release(result);
            throw failure;
        }
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
