// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.share;

import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.Connection;
import io.varve.server.api.TimedWaits;
import io.varve.server.share.AcquireRequest;
import io.varve.server.share.SharedPartitionRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/**
 * Acquires records for a ShareFetch, and lets it wait for some without a thread: for records that are
 * produced, released, or whose lock has timed out. Errors of partitions are told with the first records, or
 * when the wait is over. Used on the event loop of its connection; wakes come from any thread.
 */
final class ShareFetchWait extends TimedWaits.TimedWait {
    private final String member;
    private final ShareFetchLimits limits;
    private final Connection connection;
    private final Supplier<Errors> refusal;
    private final SlowReadBudget budget;
    private final List<ShareRead> reads = new ArrayList<>();
    private final Map<SharedPartitionRef, PartitionData> answers;
    private final AtomicBoolean waking = new AtomicBoolean();
    private final CompletableFuture<Map<SharedPartitionRef, PartitionData>> answered = new CompletableFuture<>();
    private Runnable closeWatch = () -> {};
    private boolean expired;
    private boolean ended;

    /**
     * @param member the member that acquires the records
     * @param refusal why nothing may be acquired any more; NONE while it may
     * @param errors answers of the partitions that cannot be read
     */
    ShareFetchWait(
            String member,
            ShareFetchLimits limits,
            Connection connection,
            Supplier<Errors> refusal,
            Map<SharedPartitionRef, PartitionData> errors) {
        this.member = member;
        this.limits = limits;
        this.connection = connection;
        this.refusal = refusal;
        budget = new SlowReadBudget(limits.maxBytes());
        answers = new LinkedHashMap<>(errors);
    }

    /** @return what a read of this fetch calls when it may find more */
    Runnable waker() {
        return this::wake;
    }

    /** @return limits the slow reads of this fetch */
    SlowReadBudget budget() {
        return budget;
    }

    /** @param read one of the partitions, in the order to read them */
    void add(ShareRead read) {
        reads.add(read);
    }

    /**
     * Starts the wait.
     *
     * @return completes on the event loop with the answers to send; fails when the connection is closed, or
     *     with the error of the session
     */
    CompletableFuture<Map<SharedPartitionRef, PartitionData>> await() {
        if (reads.isEmpty() || limits.maxRecords() <= 0 || limits.maxBytes() <= 0) {
            finish();
            return answered;
        }
        try {
            reads.forEach(ShareRead::listen);
            attempt(limits.maxWaitMs() <= 0);
            if (!ended) {
                connection.waits().begin(this, limits.maxWaitMs());
                closeWatch = connection.onClose(this::abandon);
            }
        } catch (RuntimeException | Error failure) {
            fail(failure);
        }
        if (ended) {
            closeWatch.run();
        }
        return answered;
    }

    private void wake() {
        if (waking.compareAndSet(false, true)) {
            try {
                connection.executor().execute(() -> {
                    waking.set(false);
                    attempt(false);
                });
            } catch (RejectedExecutionException loopEnded) {
                // The server is stopping: the network closes its connections, and this wait with them.
                waking.set(false);
            }
        }
    }

    @Override
    protected void expire() {
        attempt(true);
    }

    private void attempt(boolean last) {
        expired |= last;
        // A connection has one task on the worker threads at a time: the answer would let the next one come.
        if (ended || reads.stream().anyMatch(ShareRead::isLoading)) {
            return;
        }
        try {
            checkSession();
            if (limits.minBytes() > 1 && !expired && !isEnough()) {
                return;
            }
            take();
        } catch (RuntimeException | Error failure) {
            fail(failure);
        }
    }

    private void checkSession() {
        Errors refused = refusal.get();
        if (refused != Errors.NONE) {
            throw refused.exception();
        }
    }

    private void take() {
        int failed = 0;
        boolean found = false;
        int records = limits.maxRecords();
        int bytes = limits.maxBytes();
        for (int i = 0; i < reads.size() && records > 0 && bytes > 0; i++) {
            ShareRead read = reads.get(i);
            PartitionData taken = read.take(
                    new AcquireRequest(member, records, limits.batchSize(), limits.strict()),
                    bytes / (reads.size() - i),
                    !found);
            if (read.isLoading()) {
                break;
            }
            if (taken == null) {
                continue;
            }
            answers.put(ref(read), taken);
            if (taken.errorCode() != Errors.NONE.code()) {
                failed++;
                continue;
            }
            found = true;
            bytes -= taken.records().sizeInBytes();
            records -= (int) taken.acquiredRecords().stream()
                    .mapToLong(range -> range.lastOffset() - range.firstOffset() + 1)
                    .sum();
        }
        if (found) {
            checkSession(); // one that ended meanwhile has released what it had before
        }
        boolean loading = reads.stream().anyMatch(ShareRead::isLoading);
        if (found || !loading && (expired || failed == reads.size())) {
            finish();
        }
    }

    private static SharedPartitionRef ref(ShareRead read) {
        return new SharedPartitionRef(
                read.partition().id().topic(), read.partition().id().partition());
    }

    /** @return true if there are as many bytes as the client waits for, or an error to tell */
    private boolean isEnough() {
        // One partition alone may have enough. Slow reads of shares run side by side.
        int share = Math.max(limits.minBytes(), limits.maxBytes() / reads.size());
        long available = 0;
        for (int i = 0; i < reads.size() && available < limits.minBytes(); i++) {
            available += reads.get(i).availableBytes(share);
            if (reads.get(i).isLoading()) {
                return false;
            }
        }
        return available >= limits.minBytes();
    }

    private void finish() {
        end();
        answered.complete(answers);
    }

    private void abandon() {
        if (!ended) {
            end();
            answered.completeExceptionally(
                    new CloseConnectionException("the connection was closed while a share fetch waited for records"));
        }
    }

    /** Ends the wait, and gives back what the client will not get. */
    private void fail(Throwable failure) {
        end();
        for (ShareRead read : reads) {
            PartitionData taken = answers.remove(ref(read));
            if (taken != null) {
                read.giveBack(member, taken);
            }
        }
        answered.completeExceptionally(failure);
    }

    private void end() {
        ended = true;
        connection.waits().end(this);
        closeWatch.run();
        reads.forEach(ShareRead::end);
    }
}
