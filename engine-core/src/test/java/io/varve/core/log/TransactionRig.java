// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.compaction.CompactionLimits;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.ReadResult;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.memory.ReadableAt;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.ControlType;
import io.varve.core.record.EndOfTransaction;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.transaction.AbortedTransaction;
import io.varve.core.transaction.TransactionMarker;
import io.varve.core.transaction.VerificationGuard;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Runs a log in memory that a test commits, crashes and reopens by hand. */
final class TransactionRig {
    static final long NOW = 1_000_000;

    final VirtualTime time = new VirtualTime(NOW);
    final FailPoints failPoints = new FailPoints();
    MemoryStorage storage;
    PartitionLog log;
    private final PartitionConfig config;

    TransactionRig(ReadableAt readable) {
        this(readable, PartitionConfig.DEFAULT.segments());
    }

    TransactionRig(ReadableAt readable, SegmentLimits segments) {
        config = new PartitionConfig(segments, 1 << 20, false, Long.MAX_VALUE, 3_600_000, CompactionLimits.NONE);
        storage = new MemoryStorage(readable);
        open();
    }

    private void open() {
        PartitionId id = new PartitionId("t", new UUID(1, 1), 0);
        log = PartitionLog.open(
                storage.open(id, 3, config.settings(0)), 3, config, time, (l, records) -> {}, failPoints);
    }

    /** Makes all appends durable and visible. */
    void commit() {
        storage.sync(List.of(log.commitTarget().store()));
        log.commitTarget().committed(log.extent().durableEnd());
    }

    /** Cuts the power and starts again. */
    void crash() {
        storage = storage.crash();
        open();
    }

    /** Stops properly and starts again. */
    void restart() {
        storage = storage.reopen();
        open();
    }

    AppendResult send(long producer, int epoch, int sequence, String... values) {
        VerificationGuard guard = log.producers().startVerification(producer, (short) epoch, sequence, true);
        return log.appender()
                .append(LogBatches.transactional(producer, epoch, sequence, values), AppendOrigin.CLIENT, guard);
    }

    AppendResult end(long producer, int epoch, boolean commit) {
        return log.appender().endTransaction(new TransactionMarker(producer, (short) epoch, 0, commit, false));
    }

    /**
     * Returns the values that a consumer of committed records sees, by the rules of Kafka's client.
     *
     * @param maxBytes max bytes of one read
     */
    List<String> committed(int maxBytes) {
        List<String> values = new ArrayList<>();
        long offset = log.logStartOffset();
        while (true) {
            ReadResult read = log.reader().read(offset, maxBytes, Isolation.READ_COMMITTED);
            try (var slice = read.slice()) {
                if (slice.sizeInBytes() == 0) {
                    return values;
                }
                List<AbortedTransaction> aborted = new ArrayList<>(read.abortedTransactions(offset));
                offset = consume(slice.buffer(), offset, aborted, values);
            }
        }
    }

    private static long consume(ByteBuffer bytes, long from, List<AbortedTransaction> aborted, List<String> values) {
        Set<Long> leftOut = new HashSet<>();
        long next = from;
        for (int at = bytes.position(); at < bytes.limit(); at += BatchHeader.sizeInBytes(bytes, at)) {
            long producer = BatchHeader.producerId(bytes, at);
            long last = BatchHeader.lastOffset(bytes, at);
            aborted.removeIf(one -> one.firstOffset() <= last && leftOut.add(one.producerId()));
            next = last + 1;
            if (BatchHeader.isControl(bytes, at)) {
                EndOfTransaction.read(bytes, at)
                        .filter(end -> end.type() == ControlType.ABORT)
                        .ifPresent(end -> leftOut.remove(producer));
            } else if (!BatchHeader.isTransactional(bytes, at) || !leftOut.contains(producer)) {
                values.addAll(LogBatches.values(bytes.slice(at, BatchHeader.sizeInBytes(bytes, at))));
            }
        }
        return next;
    }
}
