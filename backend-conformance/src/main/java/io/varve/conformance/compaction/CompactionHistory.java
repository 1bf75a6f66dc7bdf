// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.compaction.CommittedReader.Seen;
import io.varve.conformance.compaction.KeyedModel.Fate;
import io.varve.conformance.compaction.KeyedModel.Written;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.compaction.Cleaner;
import io.varve.core.compaction.CompactionConfig;
import io.varve.core.compaction.CompactionLimits;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.transaction.TransactionMarker;
import io.varve.core.transaction.VerificationGuard;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Plays one random history of appends, compactions, restarts and trims, and verifies it on the way. */
public final class CompactionHistory {
    private static final int KEYS = 8;
    private static final int PRODUCERS = 3;
    private static final long RETENTION_MS = 4_000;
    private static final Codec[] CODECS = {Codec.NONE, Codec.NONE, Codec.LZ4, Codec.ZSTD};
    private static final List<String> DEATHS =
            List.of(Cleaner.BEFORE_REPLACE, Cleaner.AFTER_REPLACE, Cleaner.AFTER_CHECKPOINT);

    /** A batch of an idempotent producer, to be sent again. */
    private record Sent(ByteBuffer batch, long offset) {}

    /** The process dies here. */
    private static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final Random random;
    private final CompactedLog partition;
    private final KeyedModel model = new KeyedModel();
    private final int[] sequences = new int[PRODUCERS];
    private final short[] epochs = new short[PRODUCERS];
    private final Map<Integer, Sent> last = new HashMap<>();
    /** When a tombstone was first in what was cleaned, in ms. */
    private final Map<Long, Long> tombstonesCleaned = new TreeMap<>();

    private final List<String> steps = new ArrayList<>();
    private int values;

    /**
     * @param rig on an empty storage
     * @param seed of everything random
     */
    public CompactionHistory(StorageRig rig, long seed) {
        random = new Random(seed);
        long minLag = random.nextInt(4) == 0 ? 3_000 : 0;
        CompactionLimits limits = new CompactionLimits(true, 0, minLag, Long.MAX_VALUE, RETENTION_MS);
        SegmentLimits segments = new SegmentLimits(400 + random.nextInt(1500), Long.MAX_VALUE, 200, 1 << 16);
        int slots = random.nextBoolean() ? 1000 : 3 + random.nextInt(8);
        partition = new CompactedLog(
                rig,
                new PartitionConfig(segments, 1 << 20, false, Long.MAX_VALUE, Long.MAX_VALUE, limits),
                new CompactionConfig(false, 1, 24L * slots, 0.9, 1 + random.nextInt(2000), Double.MAX_VALUE, 1));
    }

    /** Plays some steps, and checks after each that could matter. */
    public void play(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
        }
        for (int producer = 0; producer < PRODUCERS; producer++) {
            end(producer);
        }
        for (int i = 0; i < 4; i++) {
            clean();
            partition.time.advance(RETENTION_MS);
            send(-1, false);
        }
        partition.crash();
        check();
    }

    /** @return what happened so far, a line each */
    @Override
    public String toString() {
        return String.join("\n", steps);
    }

    private void step() {
        int producer = random.nextInt(PRODUCERS);
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> send(-1, false);
            case 3, 4 -> sendIdempotent(producer);
            case 5, 6, 7, 8 -> send(producer, true);
            case 9, 10, 11, 12, 13 -> end(producer);
            case 14, 15 -> partition.time.advance(random.nextInt((int) RETENTION_MS));
            case 16, 17, 18 -> clean();
            default -> restartOrTrim();
        }
    }

    private void restartOrTrim() {
        again();
        switch (random.nextInt(4)) {
            case 0 -> {
                steps.add("restart");
                partition.restart();
            }
            case 1 -> {
                steps.add("crash");
                partition.crash();
            }
            case 2 -> dieCleaning();
            default -> trim();
        }
        check();
    }

    private void trim() {
        partition.commit();
        long start = partition.log.logStartOffset();
        long stable = partition.log.lastStableOffset();
        long to = start + random.nextInt((int) Math.min(20, stable - start) + 1);
        steps.add("trim to " + to);
        partition.log.maintenance().trimTo(to);
        for (int producer = 0; producer < PRODUCERS; producer++) {
            Sent sent = last.get(producer);
            if (sent != null && sent.offset < to) {
                // Nothing may be known of it any more but a marker: a client begins a new epoch when it is
                // told so.
                epochs[producer]++;
                sequences[producer] = 0;
                last.remove(producer);
            }
        }
    }

    private void sendIdempotent(int producer) {
        if (!model.isOpen(producer)) {
            send(producer, false);
        }
    }

    /** @param producer its number, or -1 for one without */
    private void send(int producer, boolean transactional) {
        RecordBatchBuilder builder = new RecordBatchBuilder(CODECS[random.nextInt(CODECS.length)]);
        if (producer >= 0) {
            builder.producer(producer, epochs[producer], sequences[producer]);
        }
        if (transactional) {
            builder.transactional();
        }
        long base = partition.log.logEndOffset();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            String key = "key " + random.nextInt(KEYS);
            String value = random.nextInt(5) == 0 ? null : "v" + values++ + "x".repeat(random.nextInt(40));
            long timestamp = partition.time.millis() - random.nextInt(1000);
            builder.append(timestamp, bytes(key), value == null ? null : bytes(value), List.of());
            Fate fate = transactional ? Fate.OPEN : Fate.COUNTS;
            model.wrote(new Written(base + i, key, value, timestamp, fate), producer);
        }
        steps.add("producer " + producer + (transactional ? " in a transaction" : "") + " sends " + base + " to "
                + (base + count - 1));
        ByteBuffer batch = builder.build();
        ByteBuffer copy =
                ByteBuffer.allocate(batch.remaining()).put(batch.duplicate()).flip();
        AppendResult appended = append(batch, producer);
        assertThat(appended.baseOffset()).isEqualTo(base);
        if (producer >= 0) {
            sequences[producer] += count;
            last.put(producer, new Sent(copy, base));
        }
    }

    private AppendResult append(ByteBuffer batch, int producer) {
        VerificationGuard guard = BatchHeader.isTransactional(batch, 0)
                ? partition
                        .log
                        .producers()
                        .startVerification(producer, epochs[producer], BatchHeader.baseSequence(batch, 0), false)
                : VerificationGuard.NONE;
        return partition.log.appender().append(batch, AppendOrigin.CLIENT, guard);
    }

    /** A client that did not hear the answer to its last batch sends it again. */
    private void again() {
        last.forEach((producer, sent) -> {
            if (sent.offset >= partition.log.logStartOffset()) {
                ByteBuffer copy = ByteBuffer.allocate(sent.batch.remaining())
                        .put(sent.batch.duplicate())
                        .flip();
                AppendResult appended = partition.log.appender().append(copy, AppendOrigin.CLIENT);
                assertThat(appended.duplicate())
                        .as("batch at %d sent again", sent.offset)
                        .isTrue();
                assertThat(appended.baseOffset()).isEqualTo(sent.offset);
            }
        });
    }

    private void end(int producer) {
        if (model.isOpen(producer)) {
            boolean commit = random.nextInt(3) > 0;
            steps.add("producer " + producer + (commit ? " commits" : " aborts"));
            partition
                    .log
                    .appender()
                    .endTransaction(new TransactionMarker(producer, epochs[producer], 0, commit, false));
            model.ended(producer, commit);
        }
    }

    private void clean() {
        partition.commit();
        long end = partition.log.logEndOffset();
        long start = partition.log.logStartOffset();
        partition.cleanAll();
        steps.add("cleaned, up to " + cleanEnd() + " of " + end);
        assertThat(partition.log.logEndOffset()).isEqualTo(end);
        assertThat(partition.log.logStartOffset()).isEqualTo(start);
        check();
        checkKeysAreOnceEach();
        noteTombstones();
    }

    private void dieCleaning() {
        partition.commit();
        noteTombstones(); // some may be cleaned before it dies
        String place = DEATHS.get(random.nextInt(DEATHS.size()));
        int[] hits = {random.nextInt(3)};
        partition.failPoints.arm(place, () -> {
            if (hits[0]-- == 0) {
                throw new Death();
            }
        });
        try {
            partition.cleanAll();
        } catch (Death died) {
            steps.add("died cleaning, at " + place);
            partition.crash();
        } finally {
            partition.failPoints.disarm(place);
        }
    }

    /** What a consumer of committed records makes of the log is what one makes of it that missed nothing. */
    private void check() {
        partition.commit();
        long start = partition.log.logStartOffset();
        long stable = model.firstOpen(partition.log.logEndOffset());
        assertThat(partition.log.lastStableOffset()).isEqualTo(stable);
        Map<String, String> folded = new TreeMap<>();
        long before = -1;
        List<Seen> seen = CommittedReader.readAll(partition.log, 1 + random.nextInt(10_000));
        for (Seen record : seen) {
            Written written = model.at(record.offset());
            assertThat(written).as("record at %d", record.offset()).isNotNull();
            assertThat(record).isEqualTo(new Seen(written.offset, written.key, written.value, written.timestamp));
            assertThat(written.fate).as("%s", written).isEqualTo(Fate.COUNTS);
            assertThat(record.offset()).isGreaterThan(before);
            before = record.offset();
            folded.put(record.key(), record.value());
        }
        folded.values().removeIf(value -> value == null);
        Map<String, String> expected = new TreeMap<>();
        model.newest(start, stable).values().stream()
                .filter(record -> record.value != null)
                .forEach(record -> expected.put(record.key, record.value));
        assertThat(folded).isEqualTo(expected);
        checkTombstones(seen, start, stable);
        checkGaps(start);
    }

    /** A tombstone that is its key's newest record is there until its time has come. */
    private void checkTombstones(List<Seen> seen, long start, long stable) {
        for (Written newest : model.newest(start, stable).values()) {
            Long cleaned = tombstonesCleaned.get(newest.offset);
            boolean mustBeThere = cleaned == null || partition.time.millis() < cleaned + RETENTION_MS;
            if (newest.value == null && mustBeThere) {
                assertThat(seen).anyMatch(record -> record.offset() == newest.offset);
            }
        }
    }

    /** Every offset can be asked for, and leads to what comes at or after it. */
    private void checkGaps(long start) {
        long end = partition.log.logEndOffset();
        long offset = start + random.nextInt((int) (end - start) + 1);
        try (var slice =
                partition.log.reader().read(offset, 1, Isolation.LOG_END).slice()) {
            if (slice.sizeInBytes() > 0) {
                assertThat(BatchHeader.nextOffset(slice.buffer(), 0)).isGreaterThan(offset);
            } else {
                assertThat(offset).isEqualTo(end);
            }
        }
    }

    /** @return end of what must be clean when nothing is due, exclusive */
    private long cleanEnd() {
        long young =
                partition.time.millis() - partition.log.config().compaction().minLagMs();
        for (Segment segment : partition.log.segments()) {
            boolean held = partition.log.config().compaction().minLagMs() > 0 && segment.maxTimestamp() > young;
            if (!segment.sealed() || held || segment.endOffset() > partition.log.lastStableOffset()) {
                return segment.baseOffset();
            }
        }
        throw new AssertionError("no active segment");
    }

    private void checkKeysAreOnceEach() {
        long end = cleanEnd();
        Map<String, Long> offsets = new HashMap<>();
        for (Seen record : CommittedReader.readAll(partition.log, 1 << 20)) {
            if (record.offset() < end) {
                assertThat(offsets.put(record.key(), record.offset()))
                        .as("another record of %s, at %d", record.key(), record.offset())
                        .isNull();
            }
        }
    }

    private void noteTombstones() {
        long end = cleanEnd();
        for (Written newest : model.newest(partition.log.logStartOffset(), end).values()) {
            if (newest.value == null) {
                tombstonesCleaned.putIfAbsent(newest.offset, partition.time.millis());
            }
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
