// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.share;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.log.read.ReadResult;
import io.varve.core.spi.StorageException;
import io.varve.server.api.SliceRecords;
import io.varve.server.error.KafkaErrors;
import io.varve.server.share.Acknowledgement;
import io.varve.server.share.AcquireRequest;
import io.varve.server.share.AcquiredRange;
import io.varve.server.share.FetchedBatches;
import io.varve.server.share.SharePartition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Reads and acquires records of one partition for one ShareFetch, and waits for them. Used on the event loop
 * of the connection; wakes come from any thread.
 */
final class ShareRead implements PartitionLog.Waiter {
    /** Max number of reads before the event loop serves others: each skips records that are not delivered. */
    private static final int MAX_READS = 4;

    private final SharePartition partition;
    private final PartitionLog log;
    private final Isolation isolation;
    private final Executor background;
    private final SlowReadBudget budget;
    private final Runnable wake;
    private Runnable unlisten = () -> {};
    private PartitionLog.Subscription subscription;
    private volatile boolean rose = true;
    private volatile boolean logFailed;
    /** A read that the event loop does not wait for, of a disk or of a remote tier; null if there is none. */
    private CompletableFuture<ReadResult> slow;

    private long slowFrom;
    /** The last read on a worker thread, which may be under way still. */
    private CompletableFuture<ReadResult> loading = CompletableFuture.completedFuture(null);

    /**
     * @param background runs reads that may wait for a disk, one at a time
     * @param budget limits the slow reads of the fetch
     * @param wake called on any thread when {@link #take} may find more
     */
    ShareRead(
            SharePartition partition, Isolation isolation, Executor background, SlowReadBudget budget, Runnable wake) {
        this.partition = partition;
        this.log = partition.log();
        this.isolation = isolation;
        this.background = background;
        this.budget = budget;
        this.wake = wake;
    }

    /** @return true while a worker thread reads for this partition */
    boolean isLoading() {
        return !loading.isDone();
    }

    /** @return the share partition */
    SharePartition partition() {
        return partition;
    }

    /** Waits from now on. Call {@link #take} afterwards, so that nothing in between is missed. */
    void listen() {
        unlisten = partition.addWaiter(wake);
    }

    /** Waits for the next rise of the high watermark, if it has risen since the last call. */
    private void awaitRise() {
        if (rose && !logFailed) {
            rose = false;
            subscription = log.awaitHighWatermark(log.highWatermark() + 1, this);
        }
    }

    @Override
    public void done(StorageException failure) {
        logFailed = failure != null && failure.kind() != StorageException.Kind.RETRY;
        rose = true;
        wake.run();
    }

    /**
     * Acquires records.
     *
     * @param request who wants how many
     * @param maxBytes max bytes of records
     * @param first true if the first batch is taken however large it is
     * @return the partition's part of the response: records or an error; null if there are none now
     */
    PartitionData take(AcquireRequest request, int maxBytes, boolean first) {
        awaitRise();
        ApiException failure = partition.failure();
        if (failure != null) {
            return error(shown(Errors.forException(failure)));
        }
        try {
            partition.followLogStart();
            for (int reads = 0; partition.canAcquire(); reads++) {
                if (reads == MAX_READS) {
                    wake.run();
                    return null;
                }
                long from = partition.nextOffset();
                ReadResult read = read(from, maxBytes, first);
                if (read == null) {
                    return null;
                }
                PartitionData taken = acquire(request, from, read);
                if (taken != null) {
                    return taken;
                }
                if (partition.nextOffset() == from) {
                    return null;
                }
            }
            return null;
        } catch (OffsetOutOfRangeException moved) {
            wake.run(); // the log start has moved since it was asked for
            return null;
        } catch (RuntimeException broken) {
            return error(shown(KafkaErrors.ofRead(broken)));
        }
    }

    /** @return what was read, for the caller to close; null if there is nothing to acquire yet */
    private ReadResult read(long from, int maxBytes, boolean first) {
        long end = isolation == Isolation.READ_COMMITTED ? log.lastStableOffset() : log.highWatermark();
        if (end <= from) {
            return null;
        }
        if (slow != null && slowFrom != from) {
            closeSlow();
        }
        ReadResult read = null;
        if (slow == null) {
            if (log.reader().readWaits(from)) {
                if (first && !isLoading()) {
                    load(from, maxBytes);
                }
                return null;
            }
            read = log.reader().readLocal(from, maxBytes, isolation);
            if (read == null) {
                CompletableFuture<ReadResult> started =
                        budget.start(maxBytes, bytes -> log.reader().readAsync(from, bytes, isolation));
                if (started == null) {
                    return null; // the end of another read wakes the fetch
                }
                readSlowly(from, started);
            }
        }
        if (slow != null && slow.isDone()) {
            read = takeSlow();
        }
        int size = read == null ? 0 : read.slice().sizeInBytes();
        if (size == 0 || size > maxBytes && !first) {
            close(read);
            return null;
        }
        return read;
    }

    private void readSlowly(long from, CompletableFuture<ReadResult> read) {
        slowFrom = from;
        slow = read;
        slow.whenComplete((result, failure) -> wake.run());
    }

    /** Reads on a worker thread, and brings what was read into memory. */
    private void load(long from, int maxBytes) {
        CompletableFuture<ReadResult> loaded = new CompletableFuture<>();
        loading = loaded;
        readSlowly(from, loaded);
        background.execute(() -> {
            ReadResult read = null;
            try {
                read = log.reader().readLocal(from, maxBytes, isolation);
                if (read != null) {
                    read.slice().load();
                }
                loaded.complete(read);
            } catch (RuntimeException | Error failure) {
                close(read);
                loaded.completeExceptionally(failure);
            }
        });
    }

    private ReadResult takeSlow() {
        CompletableFuture<ReadResult> done = slow;
        slow = null;
        try {
            return done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** @return the acquired records; null if there are none, and the read is closed then */
    private PartitionData acquire(AcquireRequest request, long from, ReadResult read) {
        try {
            FetchedBatches batches = FetchedBatches.of(
                    read.slice(),
                    from + partition.maxSpan(request.maxRecords()) - 1,
                    isolation == Isolation.READ_COMMITTED ? read.abortedTransactions(from) : List.of());
            List<AcquiredRange> acquired = partition.acquire(request, from, batches);
            if (acquired.isEmpty()) {
                close(read);
                return null;
            }
            long last = acquired.get(acquired.size() - 1).last();
            return new PartitionData()
                    .setPartitionIndex(partition.id().partition())
                    .setRecords(new SliceRecords(SlicePart.of(
                            read.slice(), batches.positionOf(acquired.get(0).first()), batches.endPositionOf(last))))
                    .setAcquiredRecords(acquired.stream()
                            .map(range -> new AcquiredRecords()
                                    .setFirstOffset(range.first())
                                    .setLastOffset(range.last())
                                    .setDeliveryCount((short) range.deliveries()))
                            .toList());
        } catch (RuntimeException | Error failure) {
            close(read);
            throw failure;
        }
    }

    /**
     * Reads, for a {@link #take} that follows.
     *
     * @return bytes of records that a response could hold, at most {@code maxBytes} or one batch;
     *     {@code maxBytes} if {@link #take} has an error to tell
     */
    int availableBytes(int maxBytes) {
        awaitRise();
        try {
            partition.followLogStart();
            if (!partition.isLoaded() || !partition.canAcquire()) {
                return 0;
            }
            long from = partition.nextOffset();
            ReadResult read = read(from, maxBytes, true);
            if (read == null) {
                return 0;
            }
            slowFrom = from;
            slow = CompletableFuture.completedFuture(read);
            return read.slice().sizeInBytes();
        } catch (OffsetOutOfRangeException moved) {
            wake.run(); // as in take()
            return 0;
        } catch (RuntimeException broken) {
            return maxBytes;
        }
    }

    /**
     * Gives up records that {@link #take} has acquired, and what was read of them. Where that cannot be
     * stored, their locks end in time.
     */
    void giveBack(String member, PartitionData taken) {
        if (taken.records() instanceof SliceRecords stored) {
            stored.close();
        }
        if (!taken.acquiredRecords().isEmpty()) {
            partition.acknowledge(
                    member,
                    taken.acquiredRecords().stream()
                            .map(range -> new Acknowledgement(
                                    range.firstOffset(), range.lastOffset(), List.of(Acknowledgement.RELEASE)))
                            .toList());
        }
    }

    private PartitionData error(Errors error) {
        return error(partition.id().partition(), error);
    }

    /** @return the part of a response that says why nothing can be read of a partition */
    static PartitionData error(int partition, Errors error) {
        return new PartitionData()
                .setPartitionIndex(partition)
                .setErrorCode(error.code())
                .setErrorMessage(error.message())
                .setRecords(MemoryRecords.EMPTY)
                .setAcquiredRecords(List.of());
    }

    /** @return an error that share consumers know: they throw those they do not know at their callers */
    private static Errors shown(Errors error) {
        return switch (error) {
            case COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR ->
                Errors.NOT_LEADER_OR_FOLLOWER;
            case GROUP_ID_NOT_FOUND -> Errors.UNKNOWN_TOPIC_OR_PARTITION;
            default -> error;
        };
    }

    private static void close(ReadResult read) {
        if (read != null) {
            read.slice().close();
        }
    }

    private void closeSlow() {
        slow.whenComplete((read, failure) -> close(read));
        slow = null;
    }

    /** Ends the wait. Nothing may be taken afterwards. */
    void end() {
        unlisten.run();
        if (subscription != null) {
            subscription.close();
        }
        if (slow != null) {
            closeSlow();
        }
    }
}
