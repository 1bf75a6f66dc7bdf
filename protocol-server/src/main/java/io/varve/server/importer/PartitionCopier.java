// SPDX-License-Identifier: Apache-2.0
package io.varve.server.importer;

import io.varve.core.log.PartitionLog;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.spi.StorageException;
import io.varve.server.metadata.start.KnownStart;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.apache.kafka.common.internals.Topic;

/**
 * Copies one partition into an empty log: runs of adjacent batches, straight from the mapped file. Leaves out
 * the batches of aborted transactions, which makes gaps as compaction does. Corrects headers on the way
 * ({@link MaxTimestampCorrection}).
 */
final class PartitionCopier {
    /** Max bytes of one append, small enough to show progress and to end segments by the topic's settings. */
    private static final int RUN_BYTES = 1 << 20;

    private final SourcePartition from;
    private final PartitionLog to;
    private final LongConsumer progress;
    private final int runBytes;
    private ByteBuffer segment;
    private int runStart;
    private int runEnd;
    private long runBase;

    /** @param progress gets the number of bytes copied since its last call */
    PartitionCopier(SourcePartition from, PartitionLog to, LongConsumer progress) {
        this.from = from;
        this.to = to;
        this.progress = progress;
        runBytes = Math.min(RUN_BYTES, to.config().segments().segmentBytes());
    }

    /** Copies the partition; when this returns, all of it is durable. */
    void run() {
        from.log().visit(this::batch, this::flush);
        keepEnd();
        awaitDurable();
        if (from.log().start() > 0 && Topic.isInternal(to.id().topic())) {
            KnownStart.write(to, from.log().start());
        }
        to.maintenance().trimTo(from.log().start());
        if (to.logStartOffset() != from.log().start() || to.logEndOffset() != from.end()) {
            throw new ImportException(to.id() + " became " + to.logStartOffset() + " to " + to.logEndOffset() + ", but "
                    + from.log().directory() + " reaches from "
                    + from.log().start() + " to " + from.end());
        }
    }

    private void batch(ByteBuffer bytes, int at, int size) {
        if (from.transactions().isAborted(bytes, at)) {
            return;
        }
        ByteBuffer corrected = MaxTimestampCorrection.corrected(bytes, at);
        if (corrected != null) {
            batch(corrected, 0, size);
            flush();
            return;
        }
        boolean adjacent = bytes == segment && at == runEnd;
        boolean fits = runEnd - runStart + (long) size <= runBytes
                && BatchHeader.lastOffset(bytes, at) - runBase <= Integer.MAX_VALUE;
        if (!adjacent || !fits) {
            flush();
            segment = bytes;
            runStart = at;
            runBase = BatchHeader.baseOffset(bytes, at);
        }
        runEnd = at + size;
    }

    private void flush() {
        if (runEnd == runStart) {
            return;
        }
        ByteBuffer run = segment.duplicate().limit(runEnd).position(runStart);
        begin(runBase);
        try {
            to.appender().appendImported(run);
        } catch (InvalidBatchException e) {
            throw new ImportException(
                    from.log().directory() + ", among the batches from offset " + runBase + " on: " + e.getMessage());
        }
        progress.accept(runEnd - runStart);
        runStart = runEnd;
    }

    /**
     * Begins the log. One that was trimmed within a batch begins with that batch, and is trimmed again at the
     * end.
     */
    private void begin(long firstBatch) {
        if (to.logEndOffset() == 0) {
            long start = Math.min(firstBatch, from.log().start());
            if (start > 0) {
                to.appender().beginAt(start);
            }
        }
    }

    /**
     * Appends an empty batch where the last offsets have no batch any more. The log keeps its end, so that
     * no offset is given out twice.
     */
    private void keepEnd() {
        begin(from.end());
        if (to.logEndOffset() < from.end()) {
            to.appender()
                    .appendImported(new RecordBatchBuilder(Codec.NONE)
                            .baseOffset(from.end() - 1)
                            .leaderEpoch(Math.max(0, from.leaderEpoch()))
                            .build(from.end() - 1, BatchHeader.NO_TIMESTAMP));
        }
    }

    private void awaitDurable() {
        CompletableFuture<StorageException> outcome = new CompletableFuture<>();
        to.awaitHighWatermark(to.logEndOffset(), outcome::complete);
        StorageException failure = outcome.join();
        if (failure != null) {
            throw failure;
        }
    }
}
