// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.VerifyingLogReader;
import io.varve.core.runtime.Clock;
import io.varve.server.metadata.start.AcceptedLosses;
import io.varve.server.metadata.start.KnownStart;
import io.varve.server.metadata.topic.Topic;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replays partitions of a coordinator's topic into the coordinator, one partition at a time. */
public final class CoordinatorLogLoader implements CoordinatorLoader<CoordinatorRecord> {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorLogLoader.class);
    /**
     * Number of offsets to replay between two commits. A commit releases older states, each of which takes
     * memory.
     */
    private static final long COMMIT_INTERVAL = 16_384;

    private static final String GONE_BEFORE = "the events before that offset are gone";

    private final Topic topic;
    private final int chunkBytes;
    private final Deserializer<CoordinatorRecord> deserializer;
    private final Consumer<CoordinatorRecord> watcher;
    private final Clock clock;
    private final SerialExecutor tasks;
    private final LoadProgress progress;
    private final AcceptedLosses losses;

    /**
     * @param topic the coordinator's topic
     * @param chunkBytes bytes to read at a time
     * @param deserializer of the coordinator's events
     * @param watcher called with each event before it is replayed
     * @param clock measures the load
     * @param tasks runs the loads; closed with this loader
     * @param progress notified of failures
     * @param losses damage that may be skipped
     */
    public CoordinatorLogLoader(
            Topic topic,
            int chunkBytes,
            Deserializer<CoordinatorRecord> deserializer,
            Consumer<CoordinatorRecord> watcher,
            Clock clock,
            SerialExecutor tasks,
            LoadProgress progress,
            AcceptedLosses losses) {
        this.topic = topic;
        this.chunkBytes = chunkBytes;
        this.deserializer = deserializer;
        this.watcher = watcher;
        this.clock = clock;
        this.tasks = tasks;
        this.progress = progress;
        this.losses = losses;
    }

    @Override
    public CompletableFuture<LoadSummary> load(
            TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> playback) {
        long queued = clock.millis();
        CompletableFuture<LoadSummary> loaded = new CompletableFuture<>();
        tasks.add(() -> {
            PartitionLog log = topic.partition(partition.partition());
            try {
                loaded.complete(new Load(log, playback).run(queued));
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

    /**
     * Replays one log from its start to its end. Damage is never skipped silently, because clients would be
     * shown an older state.
     */
    private final class Load {
        private final PartitionLog log;
        private final CoordinatorPlayback<CoordinatorRecord> playback;
        private final VerifyingLogReader batches;
        private final List<Long> refused = new ArrayList<>();
        private boolean damaged;
        private String firstDamage;
        private long offset;
        private long written;
        private long committed = -1;
        private long records;
        private long bytes;

        Load(PartitionLog log, CoordinatorPlayback<CoordinatorRecord> playback) {
            this.log = log;
            this.playback = playback;
            this.offset = log.logStartOffset();
            this.batches = new VerifyingLogReader(log, chunkBytes, this::replay, this::damaged);
        }

        LoadSummary run(long queued) {
            long started = clock.millis();
            long durableEnd = log.highWatermark();
            if (!KnownStart.isWhole(log)) {
                damaged(offset, GONE_BEFORE);
            }
            // Records that cannot be read yet were appended after the load began.
            while (batches.readOnce(log.logEndOffset())) {
                if (tasks.isStopped()) {
                    throw new NotCoordinatorException("the server is stopping");
                }
            }
            // The cleaner leaves the newest batches, so a log that ends without them has lost them.
            if (batches.offset() < durableEnd) {
                damaged(batches.offset(), "the events from there to the log's end at " + durableEnd + " are gone");
            } else if (bytes == 0 && !damaged && durableEnd > 0) {
                damaged(offset, GONE_BEFORE);
            }
            if (!refused.isEmpty()) {
                throw refusal();
            }
            KnownStart.loaded(log);
            long reached = Math.max(batches.offset(), durableEnd);
            if (reached > written) {
                offset = reached; // after skipped damage at the end
                advance();
            }
            return new LoadSummary(started, clock.millis(), started - queued, records, bytes);
        }

        private void damaged(long at, String why) {
            damaged = true;
            if (losses.acceptsDamage(log.id(), at)) {
                LOG.warn(
                        "{} is damaged at offset {} ({}); going on without, as {} says",
                        where(),
                        at,
                        why,
                        AcceptedLosses.KEY);
            } else {
                refused.add(at);
                firstDamage = firstDamage == null ? why : firstDamage;
            }
        }

        private CoordinatorNotAvailableException refusal() {
            String accepting = refused.stream()
                    .map(at -> AcceptedLosses.damageWord(log.id(), at))
                    .collect(Collectors.joining(","));
            LOG.error(
                    "{} is damaged at offset {}: {}. Nothing it coordinates is served, for an older state than the last would be"
                            + " told. Bring back what was there from a backup, or start with --override {}={} to go on without"
                            + " what the damaged batches held",
                    where(),
                    refused.get(0),
                    firstDamage,
                    AcceptedLosses.KEY,
                    accepting);
            return new CoordinatorNotAvailableException(log.id() + " is damaged at offset " + refused.get(0));
        }

        private String where() {
            return log.id()
                    + log.directory().map(directory -> " in " + directory).orElse("");
        }

        private void replay(ByteBuffer chunk) {
            if (!refused.isEmpty()) {
                return; // the load only looks for further damage
            }
            bytes += chunk.remaining();
            for (MutableRecordBatch batch : MemoryRecords.readableRecords(chunk).batches()) {
                try {
                    if (batch.isControlBatch()) {
                        replayMarker(batch);
                    } else {
                        replayRecords(batch);
                    }
                } catch (RuntimeException e) {
                    throw new CoordinatorNotAvailableException(
                            where() + ": the events in the batch at offset " + batch.baseOffset()
                                    + " make no sense, and nothing it coordinates is served: " + e,
                            e);
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
                    continue; // of a newer version, and safe to ignore
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
         * Reports how far the state is written and durable. Above the high watermark the state after every
         * batch may be read later, so each is kept; below it only the newest state is needed.
         */
        private void advance() {
            long highWatermark = log.highWatermark();
            if (offset >= highWatermark) {
                written(offset);
                commit(highWatermark);
            } else if (offset - committed >= COMMIT_INTERVAL) {
                written(offset);
                commit(offset);
            }
        }

        private void written(long upTo) {
            playback.updateLastWrittenOffset(upTo);
            written = upTo;
        }

        private void commit(long upTo) {
            if (upTo > committed) {
                playback.updateLastCommittedOffset(upTo);
                committed = upTo;
            }
        }
    }
}
