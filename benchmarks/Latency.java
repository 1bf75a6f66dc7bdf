// SPDX-License-Identifier: Apache-2.0

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Measures latencies as they are once the client's and the broker's code is compiled: Kafka's own tools also
 * count the first second, in which client and broker wait for their compilers. Prints percentiles, in ms, of
 * the records after the first ones, each record's time from the call of send().
 *
 * <pre>java -cp bin/tools/target/varve-tools.jar benchmarks/Latency.java ADDRESS TOPIC e2e|paced RECORDS WARMING</pre>
 *
 * "e2e": one record of 100 bytes after the other, each until a consumer has it. "paced": 2,000 records of 1,000
 * bytes a second, each sent by itself (linger.ms=0), until it is answered. The first WARMING records do not
 * count. The topic has one partition.
 */
final class Latency {
    private static final long RECORD_NANOS = 500_000;

    private Latency() {}

    public static void main(String[] args) throws Exception {
        int records = Integer.parseInt(args[3]);
        long[] nanos = args[2].equals("e2e") ? endToEnd(args[0], args[1], records) : paced(args[0], args[1], records);
        long[] steady = Arrays.copyOfRange(nanos, Integer.parseInt(args[4]), records);
        Arrays.sort(steady);
        System.out.printf(
                Locale.ROOT,
                "p50 %.2f p99 %.2f p99.9 %.2f%n",
                percentile(steady, 0.5),
                percentile(steady, 0.99),
                percentile(steady, 0.999));
    }

    private static double percentile(long[] sorted, double share) {
        return sorted[(int) (sorted.length * share)] / 1e6;
    }

    private static KafkaProducer<byte[], byte[]> producer(String address) {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        address,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.LINGER_MS_CONFIG,
                        0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static long[] endToEnd(String address, String topic, int records) throws Exception {
        long[] nanos = new long[records];
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, new byte[100]);
        try (KafkaProducer<byte[], byte[]> producer = producer(address);
                KafkaConsumer<byte[], byte[]> consumer = consumerAtEnd(address, new TopicPartition(topic, 0))) {
            for (int i = 0; i < records; i++) {
                long sent = System.nanoTime();
                producer.send(record).get();
                while (consumer.poll(Duration.ofSeconds(10)).isEmpty()) {
                    // the record was answered, so it comes
                }
                nanos[i] = System.nanoTime() - sent;
            }
        }
        return nanos;
    }

    private static KafkaConsumer<byte[], byte[]> consumerAtEnd(String address, TopicPartition partition) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, address, ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 0),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(List.of(partition));
        consumer.seekToEnd(List.of(partition));
        consumer.position(partition);
        return consumer;
    }

    private static long[] paced(String address, String topic, int records) {
        long[] nanos = new long[records];
        List<Exception> failures = new ArrayList<>();
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, new byte[1000]);
        try (KafkaProducer<byte[], byte[]> producer = producer(address)) {
            long begun = System.nanoTime();
            for (int i = 0; i < records; i++) {
                int index = i;
                long sent = System.nanoTime();
                producer.send(record, (metadata, failure) -> {
                    nanos[index] = System.nanoTime() - sent;
                    if (failure != null) {
                        failures.add(failure); // always on the producer's own thread
                    }
                });
                LockSupport.parkNanos(begun + (i + 1) * RECORD_NANOS - System.nanoTime());
            }
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException(failures.size() + " records failed", failures.get(0));
        }
        return nanos;
    }
}
