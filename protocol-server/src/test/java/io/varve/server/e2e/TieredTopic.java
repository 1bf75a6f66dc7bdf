// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Writes and reads a topic of one partition whose segments are small and leave this machine soon. The record
 * at offset n has n for a key, and n for a timestamp.
 */
final class TieredTopic {
    private static final Duration PATIENCE = Await.PATIENCE;
    private static final String PADDING = "x".repeat(1_000);

    private final String name;
    private long end;

    private TieredTopic(String name) {
        this.name = name;
    }

    /** Creates it; {@code settings} come on top of small segments that leave at once. */
    static TieredTopic create(Broker server, String name, Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(Map.of(
                "segment.bytes", "1048576", "local.retention.ms", "1", "retention.ms", "-1", "segment.ms", "600000"));
        all.putAll(settings);
        try (Admin admin = JavaClientsIT.admin(server)) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1).configs(all)))
                    .all()
                    .get();
        }
        return new TieredTopic(name);
    }

    TopicPartition partition() {
        return new TopicPartition(name, 0);
    }

    long end() {
        return end;
    }

    /** Appends records, and waits until they are acknowledged. */
    void write(Broker server, int records) throws Exception {
        try (Producer<String, String> producer =
                JavaClientsIT.producer(server, Map.of("acks", "all", "enable.idempotence", true))) {
            Future<RecordMetadata> last = null;
            for (int i = 0; i < records; i++) {
                last = producer.send(record(end + i));
            }
            producer.flush();
            end += records;
            assertThat(last.get().offset()).isEqualTo(end - 1);
        }
    }

    /** Says where the log ends, when others have written or records were lost. */
    void continueAt(long offset) {
        end = offset;
    }

    /** Appends a record, with little patience. */
    void tryWrite(Broker server) throws Exception {
        Map<String, Object> impatient = Map.of(
                "acks",
                "all",
                "delivery.timeout.ms",
                4_000,
                "request.timeout.ms",
                2_000,
                "linger.ms",
                0,
                "max.block.ms",
                4_000);
        try (Producer<String, String> producer = JavaClientsIT.producer(server, impatient)) {
            producer.send(record(end)).get();
        }
    }

    ProducerRecord<String, String> record(long offset) {
        return new ProducerRecord<>(name, 0, offset, Long.toString(offset), value(offset));
    }

    private static String value(long offset) {
        return offset + " " + PADDING;
    }

    /** Reads the records of {@code from} up to {@code to}, and asserts that each is there, once, in order. */
    void assertReads(Broker server, long from, long to) {
        try (Consumer<String, String> consumer = JavaClientsIT.consumer(server, Map.of())) {
            consumer.assign(List.of(partition()));
            consumer.seek(partition(), from);
            long next = from;
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (next < to) {
                assertThat(System.nanoTime()).as("stuck at " + next).isLessThan(deadline);
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
                    assertThat(record.offset()).isEqualTo(next);
                    assertThat(record.key()).isEqualTo(Long.toString(next));
                    assertThat(record.value()).isEqualTo(value(next));
                    next++;
                }
            }
        }
    }

    /** @return where the records in the bucket end, exclusive; 0 when there are none */
    long copied(Broker server) {
        return offset(server, OffsetSpec.latestTiered()) + 1;
    }

    /** @return where the local records begin */
    long localStart(Broker server) {
        return offset(server, OffsetSpec.earliestLocal());
    }

    void awaitCopied(Broker server, long offset) {
        await("copied up to " + offset, server, OffsetSpec.latestTiered(), last -> last + 1 >= offset);
    }

    /** Waits until all below an offset is in the bucket only. */
    void awaitGoneBelow(Broker server, long offset) {
        await("in the bucket only, up to " + offset, server, OffsetSpec.earliestLocal(), start -> start >= offset);
    }

    private void await(String what, Broker server, OffsetSpec spec, LongPredicate holds) {
        try (Admin admin = JavaClientsIT.admin(server)) {
            Await.until(what, () -> holds.test(offset(admin, spec)));
        }
    }

    long offset(Broker server, OffsetSpec spec) {
        try (Admin admin = JavaClientsIT.admin(server)) {
            return offset(admin, spec);
        }
    }

    private long offset(Admin admin, OffsetSpec spec) {
        try {
            return admin.listOffsets(Map.of(partition(), spec))
                    .all()
                    .get()
                    .get(partition())
                    .offset();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** @return the offsets of the records that a consumer of committed records sees */
    Set<Long> committed(Broker server, long to) {
        try (Consumer<String, String> consumer =
                JavaClientsIT.consumer(server, Map.of("isolation.level", "read_committed"))) {
            consumer.assign(List.of(partition()));
            consumer.seekToBeginning(List.of(partition()));
            Set<Long> seen = new java.util.TreeSet<>();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.position(partition()) < to) {
                assertThat(System.nanoTime())
                        .as("stuck at %s of %s", consumer.position(partition()), to)
                        .isLessThan(deadline);
                consumer.poll(Duration.ofMillis(500)).forEach(record -> seen.add(record.offset()));
            }
            return seen;
        }
    }

    static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }
}
