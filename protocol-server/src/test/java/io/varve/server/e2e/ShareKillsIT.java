// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the server while share consumers accept, release and reject at random and stop now and then: each
 * record is delivered, none again once its acknowledgement was confirmed, and delivery counts hold. For an
 * hour: {@code -Plong-runs -Dit.test=ShareKillsIT -Dvarve.test.share.kills=300}.
 */
class ShareKillsIT {
    private static final long SEED = Long.getLong("varve.test.share.seed", System.nanoTime() % 1_000_000);
    private static final int KILLS = Integer.getInteger("varve.test.share.kills", 1);
    private static final int PARTITIONS = 2;
    private static final int LIMIT = 10;
    private static final int CONSUMERS = 3;
    private static final int RECORDS_BETWEEN_KILLS = 150;
    private static final String TOPIC = "share-kills";
    /** After a kill a consumer learns late that its session is gone. */
    private static final Duration COMMIT = Duration.ofSeconds(3);

    private final ShareLedger ledger = new ShareLedger(LIMIT);
    private final AtomicBoolean isOpen = new AtomicBoolean(true);
    private String bootstrap;

    @Test
    void acknowledgedRecordsStaySoThroughKills(@TempDir Path directory) throws Exception {
        Random random = new Random(SEED);
        ExecutorService threads = Executors.newCachedThreadPool();
        Broker broker = Broker.start(
                directory,
                "group.share.heartbeat.interval.ms=500",
                "group.share.min.heartbeat.interval.ms=500",
                // A member that could not leave keeps its partitions for so long: by default for 45 s.
                "group.share.session.timeout.ms=6000",
                "group.share.min.session.timeout.ms=6000",
                "group.share.min.record.lock.duration.ms=1000");
        try {
            bootstrap = broker.bootstrap();
            ShareConsumers.createTopic(bootstrap, TOPIC, PARTITIONS);
            ShareConsumers.configure(
                    bootstrap, TOPIC, "share.record.lock.duration.ms=3000", "share.delivery.count.limit=" + LIMIT);
            List<Future<?>> consumers = new ArrayList<>();
            for (int i = 0; i < CONSUMERS; i++) {
                long seed = random.nextLong();
                consumers.add(threads.submit(() -> consume(new Random(seed))));
            }
            for (int kill = 0; kill <= KILLS; kill++) {
                if (kill > 0) {
                    broker.crash();
                    broker = broker.again();
                }
                produce(RECORDS_BETWEEN_KILLS / 2 + random.nextInt(RECORDS_BETWEEN_KILLS));
            }
            isOpen.set(false);
            for (Future<?> consumer : consumers) {
                consumer.get(120, TimeUnit.SECONDS);
            }
            drain();
            assertThat(ledger.verdict())
                    .as("with -Dvarve.test.share.seed=" + SEED)
                    .isEmpty();
        } finally {
            isOpen.set(false);
            threads.shutdownNow();
            broker.close();
        }
    }

    /** Writes records one after the other, so that kills and consumers meet partitions that grow. */
    private void produce(int number) throws Exception {
        try (Producer<String, String> producer = ShareConsumers.producer(bootstrap)) {
            for (int i = 0; i < number; i++) {
                int partition = i % PARTITIONS;
                Future<?> sent =
                        producer.send(new ProducerRecord<>(TOPIC, partition, null, "v"), (metadata, failure) -> {
                            if (failure == null) {
                                ledger.written(metadata.partition(), metadata.offset());
                            }
                        });
                if (i % 20 == 0) {
                    sent.get();
                }
            }
        }
    }

    private void consume(Random random) {
        while (isOpen.get()) {
            KafkaShareConsumer<String, String> consumer = open("max.poll.records=" + (1 + random.nextInt(40)));
            try {
                int polls = 20 + random.nextInt(100);
                for (int poll = 0; poll < polls && isOpen.get(); poll++) {
                    acknowledge(consumer, random);
                }
            } catch (KafkaException | IllegalStateException killed) {
                continue; // the next consumer tries again, as a program would
            } finally {
                consumer.close(Duration.ofMillis(500)); // the server may be dead: not the 30 s of the default
            }
        }
    }

    private KafkaShareConsumer<String, String> open(String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("share.acknowledgement.mode=explicit");
        return ShareConsumers.consumer(bootstrap, TOPIC, TOPIC, all.toArray(String[]::new));
    }

    private void acknowledge(KafkaShareConsumer<String, String> consumer, Random random) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
        List<AcknowledgeType> types = new ArrayList<>();
        for (ConsumerRecord<String, String> record : records) {
            ledger.delivered(record);
            AcknowledgeType type = switch (random.nextInt(10)) {
                case 0, 1 -> AcknowledgeType.RELEASE;
                case 2 -> AcknowledgeType.REJECT;
                default -> AcknowledgeType.ACCEPT;
            };
            types.add(type);
            ledger.asked(record, type);
            consumer.acknowledge(record, type);
        }
        Map<TopicIdPartition, Optional<KafkaException>> results = consumer.commitSync(COMMIT);
        for (int i = 0; i < records.size(); i++) {
            ConsumerRecord<String, String> record = records.get(i);
            boolean confirmed = results.entrySet().stream()
                    .anyMatch(result -> result.getKey().partition() == record.partition()
                            && result.getValue().isEmpty());
            if (confirmed) {
                ledger.confirmed(record, types.get(i));
            }
        }
    }

    /** Accepts everything that is left, with a consumer that has nothing from before. */
    private void drain() {
        try (KafkaShareConsumer<String, String> consumer = open()) {
            long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            int empty = 0;
            // Locks of the consumers that were stopped have timed out after some empty polls.
            while ((ledger.open() > 0 || empty < 8) && System.nanoTime() < end) {
                List<ConsumerRecord<String, String>> records = new ArrayList<>();
                consumer.poll(Duration.ofMillis(500)).forEach(records::add);
                empty = records.isEmpty() ? empty + 1 : 0;
                records.forEach(ledger::deliveredAtTheEnd);
                records.forEach(record -> {
                    ledger.asked(record, AcknowledgeType.ACCEPT);
                    consumer.acknowledge(record);
                });
                consumer.commitSync(COMMIT);
                records.forEach(record -> ledger.confirmed(record, AcknowledgeType.ACCEPT));
            }
            assertThat(ledger.open())
                    .as("records that were not delivered to an end")
                    .isZero();
        }
    }
}
