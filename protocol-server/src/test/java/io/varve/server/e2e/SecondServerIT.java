// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.build.watch.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Has a second server take over the storage of one that is paused amid an upload, and wakes the first. */
class SecondServerIT {
    @TempDir
    Path directory;

    @Test
    void aServerThatWasTakenOverWhilePausedIsFencedAndNothingOfItShows() throws Exception {
        try (TestBucket bucket = TestBucket.in(directory)) {
            Server first = Server.start(Files.createDirectory(directory.resolve("first")), bucket.settings());
            TieredTopic topic = TieredTopic.create(first, "owned", Map.of());
            topic.write(first, 4_000);
            topic.awaitCopied(first, 4_000);
            TieredTopic marker = TieredTopic.create(first, "marker", Map.of());
            marker.write(first, 10);
            marker.awaitCopied(first, 10);
            marker.write(first, 10);
            marker.awaitCopied(first, 20);
            try (Producer<String, String> producer = JavaClientsIT.producer(first, Map.of("acks", "all"))) {
                for (int i = 0; i < 8_000; i++) {
                    producer.send(topic.record(4_000 + i));
                }
                Await.until("an upload is under way", () -> topic.copied(first) > 5_000);
                signal(first, "STOP");
                Server second = Server.start(Files.createDirectory(directory.resolve("second")), bucket.settings());
                long taken = topic.offset(second, org.apache.kafka.clients.admin.OffsetSpec.latest());
                assertThat(taken).isGreaterThan(5_000);
                topic.assertReads(second, 0, taken);
                topic.continueAt(taken);
                topic.write(second, 2_000);
                topic.awaitCopied(second, topic.end());

                signal(first, "CONT");
                first.running().awaitOutput(out -> out.contains("Fenced: "));
                assertThatThrownBy(() -> topic.tryWrite(first)).isInstanceOf(Exception.class);

                topic.write(second, 500);
                topic.awaitCopied(second, topic.end());
                topic.assertReads(second, 0, topic.end());
                first.crash();
                producer.close(Duration.ZERO); // it would wait two minutes for answers to its last records
                second.crash();
                Server again = second.again();
                topic.assertReads(again, 0, topic.end());
                again.stop();
            }
        }
    }

    private static void signal(Server server, String name) throws Exception {
        Process kill = new ProcessBuilder(
                        "kill",
                        "-" + name,
                        Long.toString(server.running().process().pid()))
                .start();
        assertThat(kill.waitFor(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(kill.exitValue()).isZero();
    }
}
