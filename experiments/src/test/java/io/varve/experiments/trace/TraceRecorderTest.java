// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.varve.core.record.Codec;
import io.varve.core.runtime.Clock;
import io.varve.experiments.batch.Seeded;
import io.varve.experiments.batch.ZipfRanks;
import io.varve.experiments.scenario.ProducerSpec;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.ScenarioFile;
import io.varve.experiments.server.LoopbackServer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records what real clients wrote to a real server. */
@Timeout(120)
class TraceRecorderTest {
    private static final long WEEK_MS = 7 * 86_400_000L;
    private static final String POLICIES = "policies: [{name: a-day, retention.ms: 1d}]";

    @TempDir
    private Path directory;

    private final Seeded random = new Seeded(11);

    private static KafkaProducer<byte[], byte[]> producer(LoopbackServer server, String codec) {
        Properties settings = server.client();
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, codec);
        // A batch is sent when it is flushed, not before.
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 60_000);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 20);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private Scenario read(String trace) throws Exception {
        Path file = Files.writeString(directory.resolve("trace.yaml"), trace);
        return ScenarioFile.read(file, Files.writeString(directory.resolve("policies.yaml"), POLICIES));
    }

    /** @return random bytes, then as many zeros */
    private byte[] value(int size) {
        ByteBuffer value = ByteBuffer.allocate(size + Long.BYTES);
        while (value.position() < size / 2) {
            value.putLong(random.nextLong());
        }
        return Arrays.copyOf(value.array(), size);
    }

    @Test
    void recordsTheShapeOfWhatATopicHolds() throws Exception {
        int batches = 400;
        int perBatch = 25;
        long begin = Clock.system().millis() - 2 * 3_600_000;
        ZipfRanks ranks = new ZipfRanks(500, 1.2);
        long bytes = 0;
        try (LoopbackServer server = new LoopbackServer(directory)) {
            server.createTopic("orders", 2, Map.of("retention.ms", "86400000", "segment.bytes", "33554432"));
            try (KafkaProducer<byte[], byte[]> producer = producer(server, "zstd")) {
                for (int batch = 0; batch < batches; batch++) {
                    long now = begin + batch * 10_000L;
                    for (int i = 0; i < perBatch; i++) {
                        boolean tombstone = i == 0;
                        long time = i == 1 ? now - 1_800_000 : now;
                        byte[] value = tombstone ? null : value(200 + (int) random.nextBelow(800));
                        byte[] key = ("secret-%05d".formatted(ranks.next(random))).getBytes();
                        bytes += tombstone ? 0 : value.length + key.length;
                        producer.send(new ProducerRecord<>("orders", batch % 2, time, key, value));
                    }
                    producer.flush();
                }
            }
            Optional<String> trace = new TraceRecorder(server.client(), Clock.system())
                    .record("orders", new WatchBounds(60_000, true, () -> false), WEEK_MS, (ms, records, seen) -> {});
            assertThat(trace).hasValueSatisfying(text -> assertThat(text).doesNotContain("secret"));
            Scenario scenario = read(trace.orElseThrow());

            assertThat(scenario.timing().durationMs()).isEqualTo(WEEK_MS);
            assertThat(scenario.timing().startMs()).isCloseTo(begin, within(1000L));
            assertThat(scenario.traffic().topics().get(0).partitions()).isEqualTo(2);
            assertThat(scenario.traffic().topics().get(0).config())
                    .containsExactlyInAnyOrderEntriesOf(
                            Map.of("retention.ms", "86400000", "segment.bytes", "33554432"));
            List<ProducerSpec> producers = scenario.traffic().producers();
            assertThat(producers).hasSize(1);
            ProducerSpec seen = producers.get(0);
            assertThat(seen.rate().perSecond()).isCloseTo(perBatch / 10.0, within(0.02));
            double mean = bytes / (double) (batches * (perBatch - 1));
            assertThat(seen.records().size().mean()).isCloseTo(mean, within(0.01 * mean));
            assertThat(seen.records().keys().skew()).isCloseTo(1.2, within(0.1));
            assertThat(seen.records().keys().cardinality()).isBetween(450L, 550L);
            assertThat(seen.records().tombstones()).isCloseTo(1.0 / perBatch, within(0.0001));
            assertThat(seen.records().timestamps().late().share()).isCloseTo(1.0 / perBatch, within(0.0001));
            assertThat(seen.records().timestamps().late().byMs()).isCloseTo(1_800_000, within(40_000L));
            assertThat(seen.records().timestamps().future().share()).isZero();
            assertThat(seen.batches().compression().codec()).isEqualTo(Codec.ZSTD);
            assertThat(seen.batches().compression().ratio()).isBetween(1.5, 2.2);
            assertThat(seen.rhythm().pattern()).isEmpty();
            // A partition has 25 records each 20 s: the other 24 of a batch come in 24 parts of 25 of that.
            assertThat(seen.batches().lingerMs()).isCloseTo(19_200, within(300L));
        }
    }

    @Test
    void recordsWhatIsWrittenWhileItWatches() throws Exception {
        try (LoopbackServer server = new LoopbackServer(directory);
                KafkaProducer<byte[], byte[]> plain = producer(server, "none");
                KafkaProducer<byte[], byte[]> lz4 = producer(server, "lz4")) {
            server.createTopic("orders", 1, Map.of());
            plain.send(new ProducerRecord<>("orders", new byte[5000]));
            plain.flush();
            AtomicLong seen = new AtomicLong(-1);
            Optional<String> trace = new TraceRecorder(server.client(), Clock.system())
                    .record(
                            "orders",
                            new WatchBounds(60_000, false, () -> seen.get() == 300),
                            WEEK_MS,
                            (ms, records, bytes) -> {
                                if (seen.getAndSet(records) < 0) {
                                    write(plain, 200, null, 100);
                                    write(lz4, 100, "k".getBytes(), 1000);
                                }
                            });
            List<ProducerSpec> producers = read(trace.orElseThrow()).traffic().producers();
            assertThat(producers)
                    .extracting(each -> each.batches().compression().codec())
                    .containsExactly(Codec.NONE, Codec.LZ4);
            assertThat(producers)
                    .extracting(each -> each.records().keys().cardinality())
                    .containsExactly(0L, 1L);
            assertThat(producers)
                    .extracting(each -> each.records().size().mean())
                    .containsExactly(100.0, 1001.0);
            assertThat(producers.get(0).rate().perSecond())
                    .isCloseTo(2 * producers.get(1).rate().perSecond(), within(0.1));
            assertThat(trace.orElseThrow()).contains("300 records in 2 batches");
        }
    }

    @Test
    void keepsWhatWasSeenWhenTheClusterGoesAway() throws Exception {
        try (LoopbackServer server = new LoopbackServer(directory);
                KafkaProducer<byte[], byte[]> plain = producer(server, "none")) {
            server.createTopic("orders", 1, Map.of());
            Properties hasty = server.client();
            hasty.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 1_000);
            hasty.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 2_000);
            AtomicLong seenRecords = new AtomicLong(-1);
            Runnable goAway = server::close;
            List<String> reasons = new ArrayList<>();
            Optional<String> trace = new TraceRecorder(hasty, Clock.system())
                    .record("orders", new WatchBounds(100_000, false, () -> false), WEEK_MS, new WatchProgress() {
                        @Override
                        public void seen(long elapsedMs, long records, long bytes) {
                            long before = seenRecords.getAndSet(records);
                            if (before < 0) {
                                write(plain, 200, null, 100);
                            } else if (before < records) {
                                goAway.run();
                            }
                        }

                        @Override
                        public void endedEarly(String why) {
                            reasons.add(why);
                        }
                    });
            assertThat(reasons).hasSize(1);
            assertThat(trace.orElseThrow()).contains("200 records in 1 batches").contains("# The watch ended early: ");
            assertThat(read(trace.orElseThrow()).traffic().producers()).hasSize(1);
        }
    }

    private static void write(KafkaProducer<byte[], byte[]> producer, int count, byte[] key, int size) {
        for (int i = 0; i < count; i++) {
            producer.send(new ProducerRecord<>("orders", 0, key, new byte[size]));
        }
        producer.flush();
    }

    @Test
    void tellsOfATopicThatIsNotThereAndOfOneWithoutRecords() throws Exception {
        try (LoopbackServer server = new LoopbackServer(directory)) {
            server.createTopic("empty", 1, Map.of());
            TraceRecorder recorder = new TraceRecorder(server.client(), Clock.system());
            WatchBounds bounds = new WatchBounds(60_000, true, () -> false);
            assertThat(recorder.record("empty", bounds, WEEK_MS, (ms, records, bytes) -> {}))
                    .isEmpty();
            assertThatThrownBy(() -> recorder.record("none", bounds, WEEK_MS, (ms, records, bytes) -> {}))
                    .isInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }
}
