// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.experiments.result.ResultFiles;
import io.varve.experiments.server.LoopbackServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentCommandTest {
    private static final Path READY = Path.of("../config/experiments/retention-week.yaml");

    @TempDir
    private Path directory;

    private final PrintedCommand command = new PrintedCommand();

    private Path scenario(String text) throws IOException {
        return Files.writeString(directory.resolve("scenario.yaml"), text);
    }

    @Test
    void tellsItsVersion() {
        assertThat(command.run("--version")).isZero();
        assertThat(command.out()).startsWith("Varve ");
    }

    /** A hundredth of the ready scenario's bytes, in a sixth of its batches and polls. */
    @Test
    void aConsumerThatStopsForTheWeekendMissesWhatAShortRetentionDeletes() throws IOException {
        Path small = scenario(Files.readString(READY)
                .replace("rate: 5MB/s", "rate: 50kB/s")
                .replace("linger: 10s", "linger: 60s")
                .replace("poll: 10s", "poll: 60s")
                .replace("segment.bytes: 1GiB", "segment.bytes: 16MiB"));
        Path report = directory.resolve("report");
        assertThat(command.run("run", small, "--report", report, "--jobs", 2)).isZero();

        assertThat(command.out().lines())
                .anySatisfy(line -> assertThat(line).contains("retention.ms=7d").endsWith("pass"))
                .anySatisfy(line -> assertThat(line).contains("retention.ms=1d").endsWith("FAIL"))
                .anySatisfy(line -> assertThat(line).contains("fails no consumer loses data: it is ", ",", " records"));
        assertThat(report).isDirectoryContaining("glob:**.csv").isDirectoryContaining("glob:**result.json");
        assertThat(report.resolve("misses.csv")).content().contains("retention.ms=1d", "weekend");
        assertThat(report.resolve("scenario.yaml")).hasSameTextualContentAs(small);
        assertThat(command.err()).contains("10.0 of 10.0 days");
    }

    @Test
    void whatIsRecordedCanBeReplayed() throws IOException {
        Path trace = directory.resolve("orders.trace.yaml");
        try (LoopbackServer server = new LoopbackServer(directory)) {
            server.createTopic("orders", 3, Map.of("segment.bytes", "1048576"));
            Properties settings = server.client();
            settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 100_000);
            try (KafkaProducer<byte[], byte[]> producer =
                    new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
                long now = Clock.system().millis();
                for (int i = 0; i < 2000; i++) {
                    producer.send(new ProducerRecord<>(
                            "orders", i % 3, now + 200 * (i - 2000), null, new byte[500 + i % 1000]));
                }
            }
            assertThat(command.run(
                            "record",
                            "--bootstrap-server",
                            server.address(),
                            "--topic",
                            "orders",
                            "--from-beginning",
                            "--duration",
                            "3d",
                            "--output",
                            trace))
                    .isZero();
        }
        Path policies = Files.writeString(
                directory.resolve("policies.yaml"), "policies: [{name: hours, retention.ms: 6h, segment.ms: 1h}]\n");
        Path report = directory.resolve("report");
        assertThat(command.run("replay", trace, "--policies", policies, "--duration", "1d", "--report", report))
                .isZero();
        assertThat(command.out()).contains("hours");
        assertThat(command.err()).contains("1.0 of 1.0 days");
        assertThat(report.resolve("trace.yaml")).hasSameTextualContentAs(trace);
        assertThat(report.resolve("policies.yaml")).hasSameTextualContentAs(policies);
        // 5 records a second of 1000 bytes for 6 hours, less what waits in batches, and whole segments.
        double kept = 5 * 1000 * 6 * 3600;
        assertThat((double) ResultFiles.read(report)
                        .policies()
                        .get(0)
                        .summary()
                        .totals()
                        .endLocalBytes())
                .as(Files.readString(trace))
                .isBetween(0.97 * kept, 1.2 * kept);
    }

    @Test
    void recordTellsWhyThereIsNoTrace() throws IOException {
        try (LoopbackServer server = new LoopbackServer(directory)) {
            assertThat(command.run("record", "--bootstrap-server", server.address(), "--topic", "none"))
                    .isEqualTo(1);
        }
        assertThat(command.err()).contains("none on 127.0.0.1:");
        assertThat(command.run("record", "--topic", "none", "--for", "soon")).isEqualTo(2);
        assertThat(command.err()).contains("'soon' is not a duration");
    }

    @Test
    void saysWhereAScenarioIsWrong() throws IOException {
        Path wrong = scenario(Files.readString(READY).replace("duration: 10d", "duration: soon"));
        assertThat(command.run("run", wrong, "--report", directory.resolve("report")))
                .isEqualTo(1);
        assertThat(command.err()).contains("scenario.yaml:8:11", "soon");
        assertThat(directory.resolve("report")).doesNotExist();
    }

    @Test
    void refusesWhatIsNoFileAndWhatIsNoCommandLine() {
        assertThat(command.run("run", directory.resolve("none"), "--report", directory))
                .isEqualTo(1);
        assertThat(command.run("run", READY, "--report", directory, "--jobs", 0))
                .isEqualTo(2);
        assertThat(command.run("run", READY)).isEqualTo(2);
    }
}
