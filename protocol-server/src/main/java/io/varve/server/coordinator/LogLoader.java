// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import io.varve.core.log.Isolation;
import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.BatchSlice;
import io.varve.server.metadata.Topic;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer;

/** Reads a partition of a coordinator's topic back into the coordinator, one partition at a time. */
public final class LogLoader implements CoordinatorLoader<CoordinatorRecord> {
    /** How many offsets to replay before older states are given up: each state kept costs memory. */
    private static final long COMMIT_INTERVAL = 16_384;

    private final Topic topic;
    private final int chunkBytes;
    private final Deserializer<CoordinatorRecord> deserializer;
    private final Consumer<CoordinatorRecord> watcher;
    private final Clock clock;
    private final OrderedTasks tasks;
    private final LoadProgress progress;

    /**
     * @param topic the coordinator's
     * @param chunkBytes how much to read at a time
     * @param deserializer of its events
     * @param watcher shown each event before it is replayed
     * @param clock for the load's report
     * @param tasks does the loading; closed with this
     * @param progress told of what fails
     */
    public LogLoader(
            Topic topic,
            int chunkBytes,
            Deserializer<CoordinatorRecord> deserializer,
            Consumer<CoordinatorRecord> watcher,
            Clock clock,
            OrderedTasks tasks,
            LoadProgress progress) {
        this.topic = topic;
        this.chunkBytes = chunkBytes;
        this.deserializer = deserializer;
        this.watcher = watcher;
        this.clock = clock;
        this.tasks = tasks;
        this.progress = progress;
    }

    @Override
    public CompletableFuture<LoadSummary> load(
            TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> playback) {
        long queued = clock.millis();
        CompletableFuture<LoadSummary> loaded = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                loaded.complete(new Load(topic.partition(partition.partition()), playback).run(queued));
            } catch (RuntimeException e) {
                progress.failed(partition.partition(), e);
                loaded.completeExceptionally(e);
            }
        });
        return loaded;
    }

    @Override
    public void close() {
        tasks.close();
    }

    /** One replay, from the log's start to its end. */
    private final class Load {
        private final PartitionLog log;
        private final CoordinatorPlayback<CoordinatorRecord> playback;
        private long offset;
        private long committed = -1;
        private long records;
        private long bytes;

        Load(PartitionLog log, CoordinatorPlayback<CoordinatorRecord> playback) {
            this.log = log;
            this.playback = playback;
            this.offset = log.logStartOffset();
        }

        LoadSummary run(long queued) {
            long started = clock.millis();
            while (offset < log.logEndOffset()) {
                if (tasks.isStopped()) {
                    throw new NotCoordinatorException("the server is stopping");
                }
                try (BatchSlice slice =
                        log.read(offset, chunkBytes, Isolation.LOG_END).slice()) {
                    if (slice.sizeInBytes() == 0) {
                        break; // a gap at the end, or what was appended cannot be read yet: it is nothing of before
                    }
                    replay(slice.buffer());
                }
            }
            return new LoadSummary(started, clock.millis(), started - queued, records, bytes);
        }

        private void replay(ByteBuffer chunk) {
            bytes += chunk.remaining();
            for (MutableRecordBatch batch : MemoryRecords.readableRecords(chunk).batches()) {
                if (batch.isControlBatch()) {
                    replayMarker(batch);
                } else {
                    replayRecords(batch);
                }
                offset = batch.nextOffset();
                advance();
            }
        }

        private void replayRecords(MutableRecordBatch batch) {
            for (Record record : batch) {
                records++;
                CoordinatorRecord value;
                try {
                    value = deserializer.deserialize(record.key(), record.value());
                } catch (Deserializer.UnknownRecordTypeException e) {
                    continue; // written by a newer version: not ours to understand, and harmless
                }
                watcher.accept(value);
                playback.replay(record.offset(), batch.producerId(), batch.producerEpoch(), value);
            }
        }

        private void replayMarker(MutableRecordBatch batch) {
            for (Record record : batch) {
                ControlRecordType type = ControlRecordType.parse(record.key());
                if (type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT) {
                    playback.replayEndTransactionMarker(
                            batch.producerId(),
                            batch.producerEpoch(),
                            type == ControlRecordType.COMMIT ? TransactionResult.COMMIT : TransactionResult.ABORT);
                }
            }
        }

        /**
         * Tells how far the state is written and durable. Above the high watermark every batch's end is a state that may be read
         * later, so each is kept; below it only the newest matters.
         */
        private void advance() {
            long highWatermark = log.highWatermark();
            if (offset >= highWatermark) {
                playback.updateLastWrittenOffset(offset);
                commit(highWatermark);
            } else if (offset - committed >= COMMIT_INTERVAL) {
                playback.updateLastWrittenOffset(offset);
                commit(offset);
            }
        }

        private void commit(long upTo) {
            if (upTo > committed) {
                playback.updateLastCommittedOffset(upTo);
                committed = upTo;
            }
        }
    }
}
