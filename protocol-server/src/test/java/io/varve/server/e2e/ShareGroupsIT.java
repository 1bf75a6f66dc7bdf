// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static io.varve.server.e2e.ShareConsumers.configure;
import static io.varve.server.e2e.ShareConsumers.consumer;
import static io.varve.server.e2e.ShareConsumers.createTopic;
import static io.varve.server.e2e.ShareConsumers.offsets;
import static io.varve.server.e2e.ShareConsumers.poll;
import static io.varve.server.e2e.ShareConsumers.produce;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests share groups (KIP-932) with Kafka's share consumer, on a server that other tests use too. */
@ExtendWith(SharedServer.class)
class ShareGroupsIT {
    private static final String EXPLICIT = "share.acknowledgement.mode=explicit";
    private static final String STRICT = "share.acquire.mode=record_limit";

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    /** Commits, and fails if an acknowledgement was refused. */
    private static void commit(KafkaShareConsumer<String, String> consumer) {
        assertTaken(consumer.commitSync());
    }

    private static void assertTaken(Map<TopicIdPartition, Optional<KafkaException>> answers) {
        assertThat(answers.values()).allSatisfy(failure -> assertThat(failure).isEmpty());
    }

    @Test
    void whatWasReadIsAcceptedAndNotDeliveredToTheNextMember(Broker broker) throws Exception {
        String topic = "share-implicit";
        createTopic(broker.bootstrap(), topic, 3);
        configure(broker.bootstrap(), topic);
        try (Producer<String, String> producer = ShareConsumers.producer(broker.bootstrap())) {
            for (int i = 0; i < 3_000; i++) {
                producer.send(new ProducerRecord<>(topic, i % 3, null, Integer.toString(i)));
            }
        }
        try (KafkaShareConsumer<String, String> consumer = consumer(broker.bootstrap(), topic, topic)) {
            List<ConsumerRecord<String, String>> records = poll(consumer, 3_000);
            assertThat(records)
                    .extracting(record -> Integer.parseInt(record.value()))
                    .doesNotHaveDuplicates()
                    .hasSize(3_000);
            assertThat(records)
                    .allSatisfy(record -> assertThat(record.deliveryCount()).hasValue((short) 1));
            commit(consumer);
        }
        produce(broker.bootstrap(), topic, 3_000, 3_001);
        try (KafkaShareConsumer<String, String> consumer = consumer(broker.bootstrap(), topic, topic)) {
            assertThat(poll(consumer)).extracting(ConsumerRecord::value).containsExactly("3000");
        }
    }

    @Test
    void recordsAreAcceptedReleasedAndRejectedOneByOne(Broker broker) throws Exception {
        String topic = "share-explicit";
        createTopic(broker.bootstrap(), topic, 1);
        configure(broker.bootstrap(), topic);
        produce(broker.bootstrap(), topic, 0, 10);
        try (KafkaShareConsumer<String, String> consumer = consumer(broker.bootstrap(), topic, topic, EXPLICIT)) {
            List<ConsumerRecord<String, String>> records = poll(consumer, 10);
            assertThat(offsets(records)).isEqualTo(range(0, 10));
            for (ConsumerRecord<String, String> record : records) {
                consumer.acknowledge(
                        record,
                        List.of(AcknowledgeType.ACCEPT, AcknowledgeType.RELEASE, AcknowledgeType.REJECT)
                                .get((int) record.offset() % 3));
            }
            commit(consumer);
            List<ConsumerRecord<String, String>> again = poll(consumer, 3);
            assertThat(offsets(again)).containsExactly(1L, 4L, 7L);
            assertThat(again)
                    .allSatisfy(record -> assertThat(record.deliveryCount()).hasValue((short) 2));
            again.forEach(record -> consumer.acknowledge(record, AcknowledgeType.ACCEPT));
            commit(consumer);
            produce(broker.bootstrap(), topic, 10, 11);
            assertThat(offsets(poll(consumer))).containsExactly(10L);
        }
    }

    @Test
    void membersShareOnePartition(Broker broker) throws Exception {
        String topic = "share-members";
        createTopic(broker.bootstrap(), topic, 1);
        configure(broker.bootstrap(), topic);
        try (KafkaShareConsumer<String, String> first =
                        consumer(broker.bootstrap(), topic, topic, EXPLICIT, STRICT, "max.poll.records=5");
                KafkaShareConsumer<String, String> second =
                        consumer(broker.bootstrap(), topic, topic, EXPLICIT, STRICT, "max.poll.records=5")) {
            produce(broker.bootstrap(), topic, 0, 20);
            List<Long> delivered = new ArrayList<>();
            List<ConsumerRecord<String, String>> ofFirst = poll(first);
            List<ConsumerRecord<String, String>> ofSecond = poll(second);
            assertThat(ofFirst).hasSizeLessThanOrEqualTo(5);
            assertThat(ofSecond).hasSizeLessThanOrEqualTo(5);
            while (delivered.size() < 20) {
                for (ConsumerRecord<String, String> record : ofFirst) {
                    first.acknowledge(record);
                }
                for (ConsumerRecord<String, String> record : ofSecond) {
                    second.acknowledge(record);
                }
                commit(first);
                commit(second);
                delivered.addAll(offsets(ofFirst));
                delivered.addAll(offsets(ofSecond));
                ofFirst = new ArrayList<>();
                first.poll(Duration.ofMillis(100)).forEach(ofFirst::add);
                ofSecond = new ArrayList<>();
                second.poll(Duration.ofMillis(100)).forEach(ofSecond::add);
            }
            assertThat(delivered).containsExactlyInAnyOrderElementsOf(range(0, 20));
        }
    }

    @Test
    void aLockThatTimesOutIsGivenUpAndTheDeliveryLimitHolds(Broker broker) throws Exception {
        String topic = "share-timeout";
        createTopic(broker.bootstrap(), topic, 1);
        configure(broker.bootstrap(), topic, "share.record.lock.duration.ms=1000", "share.delivery.count.limit=2");
        produce(broker.bootstrap(), topic, 0, 1);
        try (KafkaShareConsumer<String, String> first = consumer(broker.bootstrap(), topic, topic, EXPLICIT);
                KafkaShareConsumer<String, String> second = consumer(broker.bootstrap(), topic, topic, EXPLICIT)) {
            assertThat(poll(first).get(0).deliveryCount()).hasValue((short) 1);
            ConsumerRecord<String, String> again = poll(second).get(0);
            assertThat(again.deliveryCount()).hasValue((short) 2);
            second.acknowledge(again, AcknowledgeType.RELEASE);
            commit(second);
            produce(broker.bootstrap(), topic, 1, 2);
            assertThat(offsets(poll(second))).containsExactly(1L);
        }
    }

    @Test
    void aRenewedLockIsHeld(Broker broker) throws Exception {
        String topic = "share-renew";
        createTopic(broker.bootstrap(), topic, 1);
        configure(broker.bootstrap(), topic, "share.record.lock.duration.ms=5000");
        produce(broker.bootstrap(), topic, 0, 1);
        try (KafkaShareConsumer<String, String> holder = consumer(broker.bootstrap(), topic, topic, EXPLICIT);
                KafkaShareConsumer<String, String> other = consumer(broker.bootstrap(), topic, topic, EXPLICIT)) {
            ConsumerRecord<String, String> held = poll(holder).get(0);
            long renewed = System.nanoTime();
            long end = renewed + Duration.ofSeconds(7).toNanos();
            while (System.nanoTime() < end) {
                holder.acknowledge(held, AcknowledgeType.RENEW);
                Map<TopicIdPartition, Optional<KafkaException>> answers = holder.commitSync();
                long since = System.nanoTime() - renewed;
                assumeThat(since)
                        .as("a busy machine renewed the lock too late")
                        .isLessThan(Duration.ofSeconds(4).toNanos());
                assertTaken(answers);
                renewed += since;
                holder.poll(Duration.ofMillis(100));
                assertThat(other.poll(Duration.ofMillis(300))).isEmpty();
            }
            holder.acknowledge(held, AcknowledgeType.ACCEPT);
            commit(holder);
        }
    }

    @Test
    void deletedRecordsAndRecordsOfAbortedTransactionsAreNotDelivered(Broker broker) throws Exception {
        String topic = "share-committed";
        createTopic(broker.bootstrap(), topic, 1);
        configure(broker.bootstrap(), topic, "share.isolation.level=read_committed");
        produce(broker.bootstrap(), topic, 0, 5);
        try (Producer<String, String> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrap(), "transactional.id", topic),
                        new StringSerializer(),
                        new StringSerializer());
                Admin admin = ShareConsumers.admin(broker.bootstrap())) {
            producer.initTransactions();
            for (String end : List.of("aborted", "committed")) {
                producer.beginTransaction();
                for (int i = 0; i < 3; i++) {
                    producer.send(new ProducerRecord<>(topic, 0, null, end)).get();
                }
                if (end.equals("aborted")) {
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(3)))
                    .all()
                    .get();
        }
        produce(broker.bootstrap(), topic, 5, 6);
        try (KafkaShareConsumer<String, String> consumer = consumer(broker.bootstrap(), topic, topic)) {
            assertThat(poll(consumer, 6))
                    .extracting(ConsumerRecord::value)
                    .containsExactly("3", "4", "committed", "committed", "committed", "5");
        }
    }
}
