// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills the server with kill -9 while it receives records. */
class CrashIT {
    private static final int CRASHES = 3;
    private static final int ACKED_BETWEEN_CRASHES = 3_000;
    private static final String TOPIC = "crash";

    @TempDir
    Path directory;

    @Test
    void everyAcknowledgedRecordIsThereInOrderOnceAfterKillNine() throws Exception {
        ConcurrentSkipListMap<Long, Integer> acked = new ConcurrentSkipListMap<>();
        Semaphore inFlight = new Semaphore(1_000);
        int sent = 0;
        Server server = Server.start(directory);
        // One idempotent producer lives through all crashes: its retries must not write anything twice.
        try (Producer<String, String> producer = JavaClientsIT.producer(
                server, Map.of("acks", "all", "enable.idempotence", true, "linger.ms", 1, "batch.size", 2_000))) {
            for (int crash = 0; crash < CRASHES; crash++) {
                CountDownLatch enough = new CountDownLatch(ACKED_BETWEEN_CRASHES);
                while (enough.getCount() > 0) {
                    int number = sent++;
                    inFlight.acquire();
                    producer.send(new ProducerRecord<>(TOPIC, Integer.toString(number)), (record, failure) -> {
                        inFlight.release();
                        if (failure == null) {
                            acked.put(record.offset(), number);
                            enough.countDown();
                        }
                    });
                }
                server.crash();
                server = server.again();
            }
            producer.flush();
        }
        try (Server last = server) {
            assertThat(acked).hasSize(sent);
            List<String> stored = stored(last, sent);
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < sent; i++) {
                expected.add(Integer.toString(i));
            }
            assertThat(stored).isEqualTo(expected);
            acked.forEach((offset, number) ->
                    assertThat(stored.get(offset.intValue())).isEqualTo("" + number));
        }
    }

    /**
     * A record that can be read outlives the process, if not a power cut: acks=1 promises no more, and no
     * less.
     */
    @Test
    void whatAcksOneAcknowledgedIsThereAfterKillNine() throws Exception {
        ConcurrentSkipListMap<Long, String> acked = new ConcurrentSkipListMap<>();
        Server server = Server.start(directory);
        try (Producer<String, String> producer = JavaClientsIT.producer(
                server, Map.of("acks", "1", "enable.idempotence", false, "retries", 0, "max.block.ms", 5_000))) {
            CountDownLatch enough = new CountDownLatch(ACKED_BETWEEN_CRASHES);
            for (int sent = 0; enough.getCount() > 0; sent++) {
                String value = Integer.toString(sent);
                producer.send(new ProducerRecord<>(TOPIC, value), (record, failure) -> {
                    if (failure == null) {
                        acked.put(record.offset(), value);
                        enough.countDown();
                    }
                });
            }
            server.crash();
            producer.close(Duration.ZERO);
        }
        try (Server again = server.again()) {
            List<String> stored = stored(again, acked.size());
            acked.forEach(
                    (offset, value) -> assertThat(stored.get(offset.intValue())).isEqualTo(value));
        }
    }

    private static List<String> stored(Server server, int count) {
        List<String> values = new ArrayList<>();
        try (Consumer<String, String> consumer = JavaClientsIT.consumer(server, Map.of())) {
            consumer.assign(List.of(new TopicPartition(TOPIC, 0)));
            consumer.seekToBeginning(consumer.assignment());
            long end = consumer.endOffsets(consumer.assignment()).get(new TopicPartition(TOPIC, 0));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (consumer.position(new TopicPartition(TOPIC, 0)) < end) {
                assertThat(System.nanoTime())
                        .as("time, with %s of %s", values.size(), count)
                        .isLessThan(deadline);
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    assertThat(record.offset()).isEqualTo(values.size());
                    values.add(record.value());
                }
            }
        }
        return values;
    }
}
