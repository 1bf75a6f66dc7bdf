// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.determinism;

import io.varve.conformance.rig.DirectoryTree;
import io.varve.core.compaction.CompactionConfig;
import io.varve.core.compaction.CompactionLimits;
import io.varve.core.engine.Durability;
import io.varve.core.engine.EngineConfig;
import io.varve.core.engine.LogEngine;
import io.varve.core.event.Decision;
import io.varve.core.event.EventLog;
import io.varve.core.event.EventReplay;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.retention.FutureTimestamps;
import io.varve.core.retention.RetentionConfig;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.retention.TierLimits;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.Tiering;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Drives an engine through some hours of virtual time: producers, transactions, events, retention, compaction
 * beside the appends, truncation, deletion, restarts and crashes. Everything follows from the seed, so that
 * what is written down must be the same in every run.
 */
final class EngineScript {
    private static final long START_MS = 1_700_000_000_000L;
    private static final int ROUNDS = 10;
    private static final long ROUND_MS = 150_000;
    private static final long WORD_MS = 30_000;
    private static final long RETENTION_MS = 400_000;
    private static final long LOCAL_RETENTION_MS = 100_000;
    private static final long RETENTION_BYTES = 12_000;
    private static final SegmentLimits SEGMENTS = new SegmentLimits(2_500, 300_000, 300, 1 << 16, 45_000);
    private static final PartitionId WORDS = new PartitionId("words", new UUID(9, 9), 0);

    private final StorageProvider provider;
    private final Map<String, String> properties;
    private final Path root;
    private final Durability durability;
    private final Random random;
    private final Transcript transcript = new Transcript();
    private final List<ScriptedPartition> partitions = new ArrayList<>();
    private final List<LogEngine> dead = new ArrayList<>();
    private VirtualTime time = new VirtualTime(START_MS);
    private LogEngine engine;
    private EventLog<List<String>, String> events;
    private int processes;
    private int starts;

    private EngineScript(
            StorageProvider provider, Map<String, String> properties, Path root, Durability durability, long seed) {
        this.provider = provider;
        this.properties = properties;
        this.root = root;
        this.durability = durability;
        this.random = new Random(seed);
        for (int i = 0; i < 5; i++) {
            add("orders", i, tiered(delete(RetentionLimits.UNLIMITED)), false);
        }
        for (int i = 0; i < 3; i++) {
            add("keyed", i, compact(), i == 2);
        }
        add("payments", 0, tiered(delete(RETENTION_BYTES)), true);
    }

    /** Copies segments to the remote tier, where the storage has one, and drops local copies early. */
    private PartitionConfig tiered(PartitionConfig config) {
        return provider.tiers()
                ? config.with(new TierLimits(Tiering.COPY, LOCAL_RETENTION_MS, TierLimits.AS_TOTAL))
                : config;
    }

    /**
     * Plays the script.
     *
     * @param provider a new one; opening it again goes on with what was stored, after a close as after none
     * @param properties configuration for the storage
     * @param root an empty directory
     * @param seed of everything random
     * @return what was seen
     */
    static List<String> play(
            StorageProvider provider, Map<String, String> properties, Path root, Durability durability, long seed) {
        EngineScript script = new EngineScript(provider, properties, root, durability, seed);
        try {
            script.play();
        } finally {
            script.transcript.close();
            script.dead.forEach(EngineScript::bury);
        }
        return script.transcript.lines();
    }

    private static void bury(LogEngine engine) {
        try {
            engine.close();
        } catch (StorageException e) {
            // It has crashed: how it ends does not matter, as long as it releases what it holds.
        }
    }

    private static PartitionConfig delete(long bytes) {
        return new PartitionConfig(SEGMENTS, 1 << 20, false, Long.MAX_VALUE, 3_600_000, CompactionLimits.NONE)
                .with(new RetentionLimits(true, RETENTION_MS, bytes, List.of()));
    }

    private static PartitionConfig compact() {
        CompactionLimits limits = new CompactionLimits(true, 0.3, 0, Long.MAX_VALUE, 200_000);
        return new PartitionConfig(SEGMENTS, 1 << 20, false, Long.MAX_VALUE, 3_600_000, limits);
    }

    private void add(String topic, int number, PartitionConfig config, boolean transactional) {
        UUID topicId = new UUID(random.nextLong(), random.nextLong());
        partitions.add(new ScriptedPartition(
                new PartitionId(topic, topicId, number),
                config,
                transactional,
                partitions.size(),
                new Random(random.nextLong())));
    }

    private void note(String what) {
        transcript.note(time.millis(), what);
    }

    private void play() {
        start();
        for (int round = 0; round < ROUNDS; round++) {
            time.advance(ROUND_MS + random.nextInt(10_000));
            look();
            switch (round % 8) {
                case 1 -> deleteRecords();
                case 2 -> restart();
                case 3 -> crash();
                case 4 -> truncate();
                case 5 -> deletePartition();
                case 6 -> setAside();
                default -> note("goes on");
            }
        }
        look();
        stop();
        noteFiles();
    }

    private StorageContext context() {
        VirtualTime now = time;
        FailPoints failPoints = new FailPoints();
        failPoints.watch(place -> transcript.note(now.millis(), place)); // so that the order of steps counts
        Path directory = directory();
        return new StorageContext(
                List.of(directory.resolve("a"), directory.resolve("b")),
                properties,
                time,
                time,
                Ids.seeded(++starts),
                failPoints);
    }

    private Path directory() {
        return root.resolve("process-" + processes);
    }

    private void start() {
        CompactionConfig cleaners = new CompactionConfig(true, 2, 1 << 20, 0.9, 1 << 16, 500, 15_000);
        EngineConfig config = new EngineConfig(
                durability, 35_000, 20, 300_000, new RetentionConfig(60_000, FutureTimestamps.APPEND_TIME), cleaners);
        engine = LogEngine.open(provider, context(), config);
        note("stored " + engine.stored());
        for (ScriptedPartition partition : partitions) {
            open(partition);
        }
        openEvents();
    }

    private void open(ScriptedPartition partition) {
        partition.log = engine.open(partition.id, starts, partition.config);
        listen(partition.log);
        actLater(partition, partition.log);
    }

    private void listen(PartitionLog log) {
        log.onHighWatermark(offset -> note(log.id() + " high watermark " + offset));
    }

    private void actLater(ScriptedPartition partition, PartitionLog log) {
        time.schedule(partition.pauseMs(), () -> {
            if (partition.log == log) {
                note(partition.id + " " + partition.act(time.millis()));
                actLater(partition, log);
            }
        });
    }

    private void openEvents() {
        WordCodec codec = new WordCodec();
        PartitionLog log = engine.open(
                WORDS,
                starts,
                new PartitionConfig(
                        SegmentLimits.DEFAULT, 1 << 20, false, Long.MAX_VALUE, Long.MAX_VALUE, CompactionLimits.NONE));
        listen(log);
        List<String> replayed = new ArrayList<>();
        EventReplay.replay(log, codec, (words, next) -> replayed.addAll(words), time);
        note("words " + replayed);
        events = new EventLog<>(
                log,
                codec,
                EngineScript::apply,
                List.copyOf(replayed),
                NOTHING,
                states -> note("words in force"),
                time);
        time.scheduleEvery(WORD_MS, this::say);
    }

    private static final EventLog.Preparation<List<String>> NOTHING = new EventLog.Preparation<>() {
        @Override
        public boolean waits(List<String> inForce, List<String> next) {
            return next.size() % 3 == 0;
        }

        @Override
        public Runnable prepare(List<String> before, List<String> next) {
            return () -> {};
        }
    };

    private static List<String> apply(List<String> state, List<String> words, long nextOffset) {
        List<String> after = new ArrayList<>(state);
        after.addAll(words);
        return List.copyOf(after);
    }

    private void say() {
        for (int i = 0; i < 3; i++) {
            events.<Integer>submit(state -> new Decision<>(List.of("word-" + state.size()), state::size))
                    .whenComplete((size, failure) -> note("said " + size + " " + failure));
        }
    }

    private void look() {
        for (ScriptedPartition partition : partitions) {
            note(partition.id + " " + partition.seen());
            note(engine.explainRetention(partition.log).toString());
        }
        note("uncleanable " + engine.uncleanable());
    }

    private ScriptedPartition any() {
        return partitions.get(random.nextInt(partitions.size()));
    }

    private void deleteRecords() {
        PartitionLog log = any().log;
        long offset = (log.logStartOffset() + log.highWatermark()) / 2;
        note("deletes records of " + log.id() + " below " + offset);
        engine.deleteRecords(log, offset).whenComplete((done, failure) -> note("deleted " + failure));
    }

    private void stop() {
        note("stops");
        events.close();
        engine.close();
        time.close();
    }

    private void restart() {
        stop();
        time = new VirtualTime(time.millis());
        start();
    }

    /** Ends the process at once, and starts another on what lies in the directories. */
    private void crash() {
        note("crashes");
        dead.add(engine);
        time.close();
        Path before = directory();
        processes++;
        try {
            if (Files.exists(before)) {
                DirectoryTree.copy(before, directory());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        time = new VirtualTime(time.millis());
        start();
    }

    private void truncate() {
        ScriptedPartition partition = any();
        stop();
        time = new VirtualTime(time.millis());
        try (Storage storage = provider.open(context());
                PartitionStore store = storage.open(partition.id, starts, partition.config.settings(0))) {
            long end = (store.extent().start() + 3 * store.extent().readableEnd()) / 4;
            note("truncates " + partition.id + " to " + end);
            store.truncateTo(end);
            note("failures " + storage.sync(List.of(store)).byPartition());
        }
        start();
    }

    private void deletePartition() {
        ScriptedPartition gone = partitions.remove(random.nextInt(partitions.size()));
        note("deletes " + gone.id);
        gone.log = null;
        engine.delete(gone.id);
        add(gone.id.topic(), gone.id.partition(), gone.config, false);
        open(partitions.get(partitions.size() - 1));
    }

    private void setAside() {
        ScriptedPartition gone = partitions.remove(random.nextInt(partitions.size()));
        stop();
        time = new VirtualTime(time.millis());
        try (Storage storage = provider.open(context())) {
            storage.setAside(gone.id);
        }
        start();
    }

    private void noteFiles() {
        if (!Files.exists(directory())) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory())) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                CRC32 crc = new CRC32();
                crc.update(Files.readAllBytes(file));
                note("file " + directory().relativize(file) + " has " + Files.size(file) + " bytes, crc "
                        + crc.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
