// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.determinism;

import io.varve.core.VarveException;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.ReadResult;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.spi.PartitionId;
import io.varve.core.transaction.TransactionMarker;
import io.varve.core.transaction.VerificationGuard;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;

/** Appends to one partition as its only producer, and tells what can be seen of the partition. */
final class ScriptedPartition {
    private static final Codec[] CODECS = {Codec.NONE, Codec.LZ4, Codec.ZSTD};
    private static final int MAX_RECORDS = 6;
    private static final int KEYS = 7;
    private static final int READ_BYTES = 10_000;
    private static final int AHEAD_MS = 3_000_000;

    final PartitionId id;
    final PartitionConfig config;
    private final boolean transactional;
    private final long producerId;
    private final Random random;
    private short epoch;
    private int sequence;
    private boolean open;
    PartitionLog log;

    ScriptedPartition(PartitionId id, PartitionConfig config, boolean transactional, long producerId, Random random) {
        this.id = id;
        this.config = config;
        this.transactional = transactional;
        this.producerId = producerId;
        this.random = random;
    }

    /** @return ms until the next append; most partitions append at the same times */
    long pauseMs() {
        return 10_000L * (1 + random.nextInt(4));
    }

    /**
     * Appends a batch, or ends a transaction.
     *
     * @return what came of it
     */
    String act(long nowMs) {
        try {
            if (open && random.nextInt(3) == 0) {
                open = false;
                boolean commit = random.nextBoolean();
                return "ends "
                        + log.appender().endTransaction(new TransactionMarker(producerId, epoch, 0, commit, false));
            }
            return "appends " + append(nowMs);
        } catch (VarveException e) {
            // Such as a sequence with a gap, after records were lost: a client begins a new epoch then.
            epoch++;
            sequence = 0;
            open = false;
            return "fails: " + e.getMessage();
        }
    }

    private AppendResult append(long nowMs) {
        RecordBatchBuilder builder =
                new RecordBatchBuilder(CODECS[random.nextInt(CODECS.length)]).producer(producerId, epoch, sequence);
        if (transactional) {
            builder.transactional();
        }
        int records = 1 + random.nextInt(MAX_RECORDS);
        for (int i = 0; i < records; i++) {
            boolean ahead = random.nextInt(50) == 0;
            long timestamp = nowMs + (ahead ? AHEAD_MS : -random.nextInt(1000));
            ByteBuffer value = random.nextInt(8) == 0
                    ? null
                    : bytes("value " + random.nextLong() + "x".repeat(random.nextInt(200)));
            builder.append(timestamp, bytes("key " + random.nextInt(KEYS)), value, List.of());
        }
        VerificationGuard guard = transactional
                ? log.producers().startVerification(producerId, epoch, sequence, false)
                : VerificationGuard.NONE;
        AppendResult result = log.appender().append(builder.build(), AppendOrigin.CLIENT, guard);
        sequence += records;
        open = transactional;
        return result;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** @return offsets, segments, producers, and a checksum of all batches */
    String seen() {
        return "from " + log.logStartOffset() + " to " + log.lastStableOffset() + ", " + log.highWatermark() + ", "
                + log.logEndOffset() + " " + log.extent() + " " + log.segments() + " "
                + log.producers().active() + " crc " + checksum();
    }

    private long checksum() {
        CRC32 crc = new CRC32();
        long next = log.logStartOffset();
        for (boolean more = true; more; ) {
            ReadResult read = log.reader().read(next, READ_BYTES, Isolation.LOG_END);
            try (var slice = read.slice()) {
                ByteBuffer bytes = slice.buffer();
                more = slice.sizeInBytes() > 0;
                for (int at = bytes.position(); at < bytes.limit(); at += BatchHeader.sizeInBytes(bytes, at)) {
                    next = BatchHeader.nextOffset(bytes, at);
                }
                crc.update(bytes);
            }
        }
        return crc.getValue();
    }
}
