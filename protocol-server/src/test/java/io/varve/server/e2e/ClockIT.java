// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import io.varve.server.clock.ClockClient;
import io.varve.server.clock.ClockReading;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a server whose clock moves on command, by a Python client and by {@code varve-clock.sh}. */
class ClockIT {
    private static final String VIRTUAL = "clock=virtual";
    private static final Duration START = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private static String tool(Server server, String line) {
        try (ChildProcess running =
                ChildProcess.start("bash", "-c", "bin/" + line + " --bootstrap-server " + server.bootstrap())) {
            return running.succeed();
        }
    }

    private static Instant time(String printed) {
        return Instant.parse(printed.substring(0, printed.indexOf(' ')));
    }

    @Test
    void whatTakesDaysHappensAtOnceForAPythonClient() {
        String python = RequiredClients.clientsPython("kafka");
        try (Server server = Server.start(directory, VIRTUAL);
                ChildProcess client = ChildProcess.start(
                        python, "protocol-server/src/test/python/kafka_python_clock.py", server.bootstrap(), "it")) {
            assertThat(client.succeed().lines().filter(line -> line.startsWith("passed: ")))
                    .hasSize(8);
            server.stop();
            assertThat(server.running().out()).doesNotContain("ERROR").doesNotContain("WARN");
        }
    }

    @Test
    void theCommandMovesTheTimeAndEveryLaterStartGoesOnFromIt() {
        Server server = Server.start(directory, VIRTUAL);
        Instant before = time(tool(server, "varve-clock.sh now"));
        assertThat(Duration.between(Instant.now(), before).abs()).isLessThan(Duration.ofMinutes(1));
        Instant moved = time(tool(server, "varve-clock.sh advance 7d12h"));
        assertThat(Duration.between(before, moved)).isBetween(Duration.ofHours(180), Duration.ofHours(181));

        server.crash();
        Server after = server.again();
        Instant restarted = time(tool(after, "varve-clock.sh now"));
        assertThat(Duration.between(moved, restarted)).isBetween(Duration.ZERO, Duration.ofMinutes(30));
        after.stop();

        // With the machine's clock the records would be in the future.
        try (Server refused = Server.launch(directory, server.port(), Map.of())) {
            assertThat(refused.running().exitWithin(START)).isEqualTo(1);
            assertThat(refused.running().err().strip())
                    .contains("clock=virtual", "7 days", "start with clock=virtual, or name another directory")
                    .hasLineCount(1);
        }
    }

    @Test
    @OnlyOnFiles(because = "the coordinator decides what expires")
    void theOffsetsOfAGroupWithoutMembersExpire() throws Exception {
        TopicPartition partition = new TopicPartition("expiring", 0);
        try (Server server = Server.start(directory, VIRTUAL, "offsets.topic.num.partitions=1");
                Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, server.bootstrap()))) {
            tool(server, "kafka-topics.sh --create --topic expiring --partitions 1");
            admin.alterConsumerGroupOffsets("left", Map.of(partition, new OffsetAndMetadata(0)))
                    .all()
                    .get();
            ClockClient clock = new ClockClient(admin);
            clock.advance(Duration.ofDays(6).toMillis());
            assertThat(offsets(admin)).containsKey(partition);
            clock.advance(Duration.ofDays(2).toMillis());
            assertThat(offsets(admin)).isEmpty();
            assertThat(admin.listGroups().all().get()).isEmpty();
            server.stop();
        }
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(Admin admin) throws Exception {
        return admin.listConsumerGroupOffsets("left")
                .partitionsToOffsetAndMetadata()
                .get();
    }

    @Test
    @OnlyOnFiles(because = "no storage is asked")
    void aServerWithTheMachinesClockRefuses() {
        try (Server server = Server.start(directory);
                ChildProcess refused = ChildProcess.start(
                        "bin/varve-clock.sh", "advance", "7d", "--bootstrap-server", server.bootstrap())) {
            assertThat(refused.exitWithin(START)).isEqualTo(1);
            assertThat(refused.err().strip()).endsWith("start it with clock=virtual.");
            server.stop();
        }
    }

    @Test
    @OnlyOnFiles(because = "no storage is asked")
    void isRefusedUnlessAllListenersAreOnLoopbackAddresses() {
        for (String listeners : new String[] {
            "PLAINTEXT://:%d",
            "PLAINTEXT://0.0.0.0:%d",
            "PLAINTEXT://[::]:%d",
            "PLAINTEXT://127.0.0.1:%d,OUT://192.0.2.1:0"
        }) {
            int port = FreePort.take();
            try (Server server = Server.launch(
                    directory,
                    port,
                    Map.of(),
                    VIRTUAL,
                    "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,OUT:PLAINTEXT",
                    "listeners=" + listeners.formatted(port))) {
                assertThat(server.running().exitWithin(START)).isEqualTo(1);
                assertThat(server.running().err().strip())
                        .contains("listeners=" + listeners.formatted(port), "on loopback addresses only")
                        .hasLineCount(1);
            }
        }
    }

    @Test
    void aYearWithManyTopicsTakesSeconds() throws Exception {
        try (Server server = Server.start(directory, VIRTUAL);
                Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, server.bootstrap()))) {
            tool(server, "kafka-topics.sh --create --topic many --partitions 500");
            tool(server, "kafka-topics.sh --create --topic compacted --partitions 100 --config cleanup.policy=compact");
            ClockClient clock = new ClockClient(admin);
            ClockReading before = clock.read();
            long begun = System.nanoTime();
            ClockReading after = clock.advance(Duration.ofDays(365).toMillis());
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(60));
            assertThat(after.aheadMs() - before.aheadMs()).isLessThanOrEqualTo(31_536_000_000L);
            assertThat(after.ms() - before.ms()).isGreaterThanOrEqualTo(31_536_000_000L);
            server.stop();
            assertThat(server.running().out().lines().count()).isLessThan(100);
        }
    }
}
