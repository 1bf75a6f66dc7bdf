// SPDX-License-Identifier: Apache-2.0

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * For benchmarks/cold-readers.sh: reads the old records of a partition by many consumers, each as fast as it
 * can, from places apart, over and over, until it is told to end. Says when the first records have come, and
 * at its end how fast it has read.
 *
 * <pre>java -cp 'bin/tools/target/lib/*' benchmarks/ColdFlood.java BOOTSTRAP TOPIC END READERS</pre>
 */
public final class ColdFlood {
    private final AtomicLong bytes = new AtomicLong();
    private final String bootstrap;
    private final TopicPartition partition;
    private final long end;

    private ColdFlood(String bootstrap, String topic, long end) {
        this.bootstrap = bootstrap;
        this.partition = new TopicPartition(topic, 0);
        this.end = end;
    }

    /** Arguments: see above; offsets below END are read. */
    public static void main(String[] args) {
        ColdFlood flood = new ColdFlood(args[0], args[1], Long.parseLong(args[2]));
        long started = System.nanoTime();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.printf(
                Locale.ROOT, "%.1f MB/s%n", flood.bytes.get() / 1e6 / ((System.nanoTime() - started) / 1e9))));
        int readers = Integer.parseInt(args[3]);
        for (int reader = 0; reader < readers; reader++) {
            long first = reader * flood.end / readers;
            new Thread(() -> flood.readFrom(first), "reader-" + reader).start();
        }
    }

    private void readFrom(long first) {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "none");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, first);
            while (true) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    if (bytes.getAndAdd(record.serializedValueSize()) == 0) {
                        System.out.println("reading");
                    }
                }
                if (consumer.position(partition) >= end) {
                    consumer.seek(partition, 0);
                }
            }
        }
    }
}
