// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Clock;
import io.varve.server.group.Groups;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.txn.Transactions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits, for one move of the clock, until what became due is done: commands of groups and transactions are
 * decided, markers written, appends durable, partitions compacted. Waits a limited time in all, since a full
 * disk or a partition that loads may keep something from being done.
 */
final class Settlement implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(10);
    /**
     * Rounds in a row that must find nothing to do. One is not enough: what the first waits for may begin
     * something that the second sees.
     */
    private static final int QUIET_ROUNDS = 2;

    private final ClusterMetadata metadata;
    private final LogEngine engine;
    private final Groups groups;
    private final Transactions transactions;
    private final boolean compacts;
    private final Clock clock;
    private long leftNanos = MAX_NANOS;

    /**
     * @param compacts true if partitions are compacted in the background
     * @param clock tells the machine's time in ns
     */
    Settlement(
            ClusterMetadata metadata,
            LogEngine engine,
            Groups groups,
            Transactions transactions,
            boolean compacts,
            Clock clock) {
        this.metadata = metadata;
        this.engine = engine;
        this.groups = groups;
        this.transactions = transactions;
        this.compacts = compacts;
        this.clock = clock;
    }

    @Override
    public void run() {
        long end = clock.nanos() + leftNanos;
        try {
            int quiet = 0;
            while (leftNanos > 0 && quiet < QUIET_ROUNDS) {
                quiet = round(end) ? quiet + 1 : 0;
                leftNanos = end - clock.nanos();
            }
        } catch (TimeoutException | ExecutionException e) {
            leftNanos = end - clock.nanos();
            LOG.warn("The clock was moved, and not all that became due is done yet: it goes on ({})", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return true if there was nothing to wait for */
    private boolean round(long end) throws InterruptedException, ExecutionException, TimeoutException {
        long before = appended();
        await(groups.processed(), end);
        int ending = await(transactions.ending(), end);
        await(metadata.processed(), end);
        await(engine.forceAll(), end);
        boolean compacted = compacts && engine.compactOnce();
        return ending == 0 && !compacted && appended() == before;
    }

    private <T> T await(CompletableFuture<T> future, long end)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(Math.max(0, end - clock.nanos()), TimeUnit.NANOSECONDS);
    }

    private long appended() {
        return metadata.all().stream()
                .flatMap(topic -> topic.open().stream())
                .mapToLong(PartitionLog::logEndOffset)
                .sum();
    }
}
