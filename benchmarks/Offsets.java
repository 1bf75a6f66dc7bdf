// SPDX-License-Identifier: Apache-2.0

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * For benchmarks/offsets.sh: commits offsets of many groups, or asks for the offsets of all of them and says
 * how long that took.
 *
 * <pre>java -cp 'bin/tools/target/lib/*' benchmarks/Offsets.java commit|ask BOOTSTRAP GROUPS PARTITIONS ROUNDS</pre>
 */
public final class Offsets {
    private static final String TOPIC = "bench";
    private static final int THREADS = 4;

    private final String bootstrap;
    private final int groups;
    private final int partitions;
    private final int rounds;

    private Offsets(String[] args) {
        bootstrap = args[1];
        groups = Integer.parseInt(args[2]);
        partitions = Integer.parseInt(args[3]);
        rounds = Integer.parseInt(args[4]);
    }

    /** Arguments: see above. */
    public static void main(String[] args) throws Exception {
        Offsets offsets = new Offsets(args);
        if (args[0].equals("commit")) {
            offsets.commit();
        } else {
            offsets.ask();
        }
    }

    private void commit() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, partitions, (short) 1))).all().get();
        }
        long started = System.nanoTime();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> all = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int first = thread;
            all.add(threads.submit(() -> {
                for (int group = first; group < groups; group += THREADS) {
                    commit(group);
                }
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        threads.shutdown();
        double seconds = (System.nanoTime() - started) / 1e9;
        long commits = (long) groups * partitions * rounds;
        System.out.printf(Locale.ROOT, "%,d offsets committed in %.0f s: %,.0f/s%n", commits, seconds, commits / seconds);
    }

    private void commit(int group) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", bootstrap, "group.id", "group-" + group, "enable.auto.commit", false);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            for (int round = 1; round <= rounds; round++) {
                Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
                for (int partition = 0; partition < partitions; partition++) {
                    offsets.put(new TopicPartition(TOPIC, partition), new OffsetAndMetadata(round));
                }
                consumer.commitSync(offsets);
            }
        }
    }

    private void ask() throws Exception {
        long started = System.nanoTime();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap, "default.api.timeout.ms", 600_000))) {
            for (int group = 0; group < groups; group++) {
                Map<TopicPartition, OffsetAndMetadata> found = admin.listConsumerGroupOffsets("group-" + group)
                        .partitionsToOffsetAndMetadata()
                        .get();
                if (found.size() != partitions
                        || found.values().stream().anyMatch(offset -> offset.offset() != rounds)) {
                    throw new IllegalStateException("group-" + group + " has " + found);
                }
            }
        }
        System.out.printf(Locale.ROOT, "%.1f%n", (System.nanoTime() - started) / 1e9);
    }
}
