// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Creates and deletes a thousand topics. */
class ManyTopicsIT {
    private static final int TOPICS = 1_000;
    private static final long SLACK_BYTES = 40L << 20;
    private static final int SLACK_FILES = 5;
    private static final Duration SETTLE = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    @Test
    void aThousandTopicsComeAndGoAndLeaveNothingBehind() throws Exception {
        // A fixed small heap, touched whole by a first round: what grows after that is not garbage yet to be
        // collected.
        try (Server server = startWithHeap("-Xms96m -Xmx96m -XX:+AlwaysPreTouch");
                Admin admin = JavaClientsIT.admin(server);
                Producer<String, String> producer = JavaClientsIT.producer(server, Map.of("acks", "all"))) {
            round(admin, producer, "warm");
            awaitFilesAtMost(server, server.openFiles());
            long files = settledFiles(server);
            long bytes = server.residentBytes();

            round(admin, producer, "again");

            awaitFilesAtMost(server, files + SLACK_FILES);
            assertThat(server.residentBytes()).isLessThan(bytes + SLACK_BYTES);
            assertThat(server.terminate(Server.STOP)).isZero();
        }
    }

    private Server startWithHeap(String heap) {
        Server server = Server.launch(directory, FreePort.take(), Map.of("KAFKA_HEAP_OPTS", heap));
        server.running().awaitOutput(out -> out.contains("ready"));
        return server;
    }

    private static void round(Admin admin, Producer<String, String> producer, String prefix) throws Exception {
        List<String> names =
                IntStream.range(0, TOPICS).mapToObj(i -> prefix + "-" + i).toList();
        List<NewTopic> topics =
                names.stream().map(name -> new NewTopic(name, 1, (short) 1)).toList();
        admin.createTopics(topics).all().get();
        assertThat(admin.listTopics().names().get()).containsAll(names);
        for (String name : names) {
            producer.send(new ProducerRecord<>(name, "hello"));
        }
        producer.flush();
        admin.deleteTopics(names).all().get();
        assertThat(admin.listTopics().names().get()).doesNotContainAnyElementsOf(names);
    }

    /** Deleted files are closed a little after the answer. */
    private static void awaitFilesAtMost(Server server, long most) {
        long deadline = System.nanoTime() + SETTLE.toNanos();
        while (server.openFiles() > most) {
            assertThat(System.nanoTime())
                    .as("open files: %s, wanted %s", server.openFiles(), most)
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static long settledFiles(Server server) {
        return server.openFiles();
    }
}
