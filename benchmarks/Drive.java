// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * One run against a fresh broker on this machine, for benchmarks/backends.sh. Prints, separated by spaces:
 * records/s; p50 and p99 latency in ms at a rate any disk can follow; the server's CPU seconds per GB and
 * bytes written to its device per byte of values, at full speed; MB/s of a consumer that catches up, from the page
 * cache; bytes of values produced in all.
 *
 * <pre>java -cp 'bin/tools/target/lib/*' benchmarks/Drive.java BOOTSTRAP SERVER_PID PARTITIONS VALUE_BYTES SECONDS DEVICE</pre>
 */
public final class Drive {
    private static final String TOPIC = "bench";
    private static final int PACED_PER_SECOND = 250;
    private static final double TICKS_PER_SECOND = 100;
    /** Unit of /proc/diskstats. */
    private static final int SECTOR_BYTES = 512;

    private final Map<String, Object> server;
    private final Path proc;
    private final int partitions;
    private final byte[] value;
    private final int seconds;
    private final String device;
    private long produced;

    private Drive(String[] args) {
        server = Map.of("bootstrap.servers", args[0]);
        proc = Path.of("/proc", args[1]);
        partitions = Integer.parseInt(args[2]);
        value = new byte[Integer.parseInt(args[3])];
        seconds = Integer.parseInt(args[4]);
        device = args[5];
        new Random(42).nextBytes(value);
    }

    /** Arguments: see above. */
    public static void main(String[] args) throws Exception {
        new Drive(args).run();
    }

    private void run() throws Exception {
        try (Admin admin = Admin.create(server)) {
            admin.createTopics(List.of(new NewTopic(TOPIC, partitions, (short) 1))).all().get();
        }
        produceAtFullSpeed(Math.max(1, seconds / 3.0)); // warms both ends
        double cpu = cpuSeconds();
        long written = writtenBytes();
        long before = produced;
        double rate = produceAtFullSpeed(seconds);
        double bytes = (double) (produced - before) * value.length;
        cpu = (cpuSeconds() - cpu) / (bytes / 1e9);
        double amplification = (writtenBytes() - written) / bytes;
        double[] latency = producePaced();
        double catchUp = catchUp();
        System.out.printf(
                Locale.ROOT,
                "%.0f %.2f %.2f %.3f %.3f %.1f %d%n",
                rate, latency[0], latency[1], cpu, amplification, catchUp, produced * value.length);
    }

    private KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
        Map<String, Object> all = new java.util.HashMap<>(server);
        all.put("acks", "all");
        // So that big values travel in batches too, as small ones do; every partition has its share, as with
        // many keys.
        all.put("batch.size", 128 << 10);
        all.put("buffer.memory", 64L << 20);
        all.putAll(settings);
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void send(KafkaProducer<byte[], byte[]> producer, org.apache.kafka.clients.producer.Callback done) {
        producer.send(new ProducerRecord<>(TOPIC, (int) (produced++ % partitions), null, value), done);
    }

    /** @return records per second, from the first that is sent to the last that is acknowledged */
    private double produceAtFullSpeed(double forSeconds) {
        long before = produced;
        long start = System.nanoTime();
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            long end = start + (long) (forSeconds * 1e9);
            while (System.nanoTime() < end) {
                send(producer, Drive::require);
            }
            producer.flush();
            return (produced - before) / ((System.nanoTime() - start) / 1e9);
        }
    }

    private static void require(Object sent, Exception failure) {
        if (failure != null) {
            failure.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    /** @return p50 and p99 in ms, from send to acknowledgement */
    private double[] producePaced() {
        int count = Math.max(1, PACED_PER_SECOND * seconds / 2);
        long[] nanos = new long[count];
        AtomicInteger acknowledged = new AtomicInteger();
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("linger.ms", 0))) {
            producer.partitionsFor(TOPIC);
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                long due = start + (long) (i * 1e9 / PACED_PER_SECOND);
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                send(producer, (sent, failure) -> {
                    require(sent, failure);
                    nanos[acknowledged.getAndIncrement()] = System.nanoTime() - due;
                });
            }
            producer.flush();
        }
        Arrays.sort(nanos);
        return new double[] {nanos[count / 2] / 1e6, nanos[(int) (count * 0.99)] / 1e6};
    }

    /** @return MB/s of values, of as many reads of everything as fit into the time after a first one */
    private double catchUp() {
        Map<String, Object> settings = new java.util.HashMap<>(server);
        settings.put("max.partition.fetch.bytes", 4 << 20);
        settings.put("max.poll.records", 5_000);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = new ArrayList<>();
            for (int i = 0; i < partitions; i++) {
                all.add(new TopicPartition(TOPIC, i));
            }
            consumer.assign(all);
            readAll(consumer);
            long bytes = 0;
            long start = System.nanoTime();
            do {
                bytes += readAll(consumer);
            } while (System.nanoTime() - start < seconds * 500_000_000L);
            return bytes / 1e6 / ((System.nanoTime() - start) / 1e9);
        }
    }

    private long readAll(KafkaConsumer<byte[], byte[]> consumer) {
        consumer.seekToBeginning(consumer.assignment());
        long records = 0;
        while (records < produced) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(10))) {
                records += record.value().length == value.length ? 1 : 0;
            }
        }
        return records * value.length;
    }

    private double cpuSeconds() throws IOException {
        String stat = Files.readString(proc.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    /** Bytes that were written to the device since its start, by whatever process. */
    private long writtenBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/diskstats"))) {
            String[] fields = line.strip().split(" +");
            if (fields[2].equals(device)) {
                return Long.parseLong(fields[9]) * SECTOR_BYTES;
            }
        }
        throw new IOException("/proc/diskstats has no device " + device);
    }
}
