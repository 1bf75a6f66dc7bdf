// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.build.watch.Await;
import io.varve.conformance.batch.Batches;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.Tiering;
import io.varve.s3server.EmbeddedS3;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks the commands on the bucket beside a storage that runs. */
class TierCommandTest {
    private static final long TIME = 1_700_000_000_000L;
    private static final PartitionId ORDERS = new PartitionId("orders", new UUID(7, 11), 3);
    private static final PartitionId EVENTS = new PartitionId("events", new UUID(7, 12), 0);
    private static final PartitionSettings SETTINGS = new PartitionSettings(
            new SegmentLimits(1000, Long.MAX_VALUE, 0, 1 << 16), false, Tiering.COPY, Long.MAX_VALUE);

    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final SystemScheduler scheduler = new SystemScheduler(2);
    private EmbeddedS3 bucket;
    private Path config;
    private Storage storage;

    @BeforeEach
    void startAStorage() throws IOException {
        bucket = EmbeddedS3.inMemory();
        Map<String, String> properties = new TreeMap<>(Map.of(
                "storage.backend",
                "s3",
                "log.dirs",
                directory.toString(),
                "s3.endpoint",
                bucket.endpoint().toString(),
                "s3.bucket",
                bucket.bucket(),
                "s3.access.key.id",
                bucket.accessKey(),
                "s3.secret.access.key",
                bucket.secretKey(),
                "s3.prefix",
                "test"));
        List<String> lines = new ArrayList<>();
        properties.forEach((key, value) -> lines.add(key + "=" + value));
        config = Files.write(directory.resolve("server.properties"), lines);
        storage = ServiceLoader.load(StorageProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals("s3"))
                .findFirst()
                .orElseThrow()
                .open(new StorageContext(
                        List.of(directory), properties, Clock.system(), scheduler, Ids.random(), new FailPoints()));
        write(ORDERS, 22);
        write(EVENTS, 6);
    }

    @AfterEach
    void stop() throws IOException {
        storage.close();
        scheduler.close();
        bucket.close();
    }

    @Test
    void listsWhatTheBucketHas() throws IOException {
        assertThat(run("list")).isZero();
        assertThat(output())
                .containsPattern("orders-3 +0 +200 +4 .*2023-11-14T22:13:20.009Z")
                .containsPattern("events-0 +0 +50 +1 ")
                .contains("in all")
                .containsPattern("owner: [0-9a-f-]{36} on ");

        assertThat(run("list", "--topic", "orders", "--segments")).isZero();
        assertThat(output()).doesNotContain("events-0").containsPattern("  data/.*\\.seg +150 +200 +1 chunks");

        assertThat(run("list", "--json", "--segments")).isZero();
        JsonNode partitions = new ObjectMapper().readTree(output()).get("partitions");
        assertThat(partitions).hasSize(2);
        assertThat(partitions.get(1).get("endOffset").asLong()).isEqualTo(200);
        assertThat(partitions.get(1).get("segmentList")).hasSize(4);
        assertThat(partitions.get(1).get("appendedBytes").asLong()).isEqualTo(20 * 200);
    }

    @Test
    void showsWhatTheServerHasStillToUpload() throws IOException {
        Files.writeString(
                directory.resolve("tier-usage.json"),
                "{\"version\":1,\"startedMs\":1,\"writtenMs\":2,\"requests\":[],\"backlog\":[{\"topic\":\"orders\","
                        + "\"topicId\":\"" + ORDERS.topicId() + "\",\"partition\":3,\"segments\":2,\"bytes\":2048,"
                        + "\"oldestAppendMs\":5}]}");
        assertThat(run("list")).isZero();
        assertThat(output()).containsPattern("orders-3 .* 2\\.0 KiB\\n").containsPattern("events-0 .* 0 B\\n");

        Files.writeString(directory.resolve("tier-usage.json"), "{\"version\":2}");
        assertThat(run("list")).isEqualTo(1);
        assertThat(errorOutput()).contains("tier-usage.json: version is 2, must be 1");
    }

    @Test
    void verifiesEveryByte() throws IOException {
        assertThat(run("verify")).isZero();
        assertThat(output()).contains("5 objects").contains("2 partitions: all sound");

        String damagedKey = segments().get(1);
        byte[] damaged = bucket.read(damagedKey);
        damaged[damaged.length / 4] ^= 1;
        bucket.write(damagedKey, damaged);
        String missingKey = segments().get(2);
        bucket.remove(missingKey);

        assertThat(run("verify")).isEqualTo(1);
        assertThat(output())
                .contains(damagedKey.substring("test/main/".length()))
                .contains(missingKey.substring("test/main/".length()) + ": MISSING")
                .contains("2 objects are damaged or missing");
    }

    @Test
    void findsAnObjectThatIsAnotherSegmentsObject() {
        List<String> keys = segments();
        bucket.write(keys.get(1), bucket.read(keys.get(2)));

        assertThat(run("verify")).isEqualTo(1);
        assertThat(output()).contains("the manifest says").contains("1 objects are damaged");
    }

    @Test
    void tellsWhatWasSetAsideAndHasItDeletedOnRequestOnly() {
        storage.setAside(EVENTS);
        Await.until("the bucket has it", () -> run("list") == 0 && output().contains("events-0 (set aside)"));
        assertThat(output()).containsPattern("of it set aside +1 ");
        List<String> all = segments();

        assertThat(run("sweep", "--delete")).isZero();
        assertThat(output())
                .contains("1 partitions were set aside", "--delete-set-aside")
                .containsPattern("events-0 \\(topic id .*\\) +[0-9.]+ \\w+ +set aside");
        assertThat(segments()).isEqualTo(all);
        assertThat(bucket.keys("test/main/request/")).isEmpty();

        assertThat(run("sweep", "--delete-set-aside")).isZero();
        assertThat(output()).contains("asked the server to delete them");
        assertThat(bucket.keys("test/main/request/")).hasSize(1);
    }

    @Test
    void sweepsWhatNothingNamesWhenAskedTo() {
        List<String> named = segments();
        String stray = named.get(0).replaceFirst("[0-9a-f-]{36}\\.seg", new UUID(1, 2) + ".seg");
        bucket.write(stray, new byte[100]);

        assertThat(run("sweep", "--delete")).isZero();
        assertThat(output()).contains("deleted 0").contains("1 more are too young");
        // The bucket's times are of whole seconds.
        Await.until(
                "the bucket has it",
                () -> run("sweep", "--override", "s3.sweep.grace.ms=0") == 0
                        && !output().contains("1 more are too young"));
        assertThat(output()).contains(stray.substring("test/main/".length())).contains("--delete deletes them");
        assertThat(segments()).contains(stray);

        assertThat(run("sweep", "--delete", "--override", "s3.sweep.grace.ms=0"))
                .isZero();
        assertThat(output()).contains("deleted 1");
        assertThat(segments()).isEqualTo(named);
    }

    @Test
    void pricesStorageAndRequests() throws IOException {
        storage.close(); // notes its requests
        Path prices = Files.write(
                directory.resolve("prices"),
                List.of(
                        "name=test",
                        "storage.gib.month=1073741824",
                        "requests.put.1000=1000",
                        "requests.get.1000=0",
                        "requests.list.1000=0",
                        "requests.delete.1000=0",
                        "received.gib=0"));

        assertThat(run("cost", "--json", "--prices", prices.toString())).isZero();

        JsonNode topics = new ObjectMapper().readTree(output()).get("topics");
        JsonNode orders = topics.get(2);
        assertThat(orders.get("topic").asText()).isEqualTo("orders");
        assertThat(orders.get("storageDollarsPerMonth").asDouble())
                .as("a dollar for a byte")
                .isEqualTo(orders.get("storedBytes").asDouble())
                .isPositive();
        assertThat(orders.get("PUT").get("requests").asLong()).isGreaterThanOrEqualTo(4);
        assertThat(orders.get("requestDollars").asDouble())
                .as("a dollar for a PUT")
                .isEqualTo(orders.get("PUT").get("requests").asDouble());
        assertThat(run("cost", "--prices", prices.toString())).isZero();
        assertThat(output()).contains("prices: test").containsPattern("requests: from .*Z to .*Z");
    }

    @Test
    void hasPricesOfEverything() {
        Path shipped = Path.of("../../config/s3-prices.properties");
        assertThat(run("cost", "--prices", shipped.toString())).isZero();
        assertThat(output()).contains("list prices of");
    }

    @Test
    void refusesWrongPrices() throws IOException {
        Path prices = Files.writeString(directory.resolve("prices"), "storage.gib.month=cheap");
        assertThat(run("cost", "--prices", prices.toString())).isEqualTo(1);
        assertThat(errorOutput()).contains("storage.gib.month=cheap: must be a price");
        Files.writeString(prices, "storage.gib.month=0.02");
        assertThat(run("cost", "--prices", prices.toString())).isEqualTo(1);
        assertThat(errorOutput()).contains("requests.put.1000=: must be a price");
    }

    @Test
    void neverClaimsTheStorage() {
        run("list");
        run("verify");
        run("sweep", "--delete");
        run("cost");
        int segments = segments().size();

        write(ORDERS, 6);

        assertThat(segments()).hasSizeGreaterThan(segments);
    }

    @Test
    void saysWhatIsWrongWithItsCommandLineAndConfiguration() {
        assertThat(TierCommand.run(print(out), print(err), "list")).isEqualTo(2);
        assertThat(run("list", "--override", "storage.backend=file")).isEqualTo(2);
        assertThat(errorOutput()).contains("storage.backend is file, must be s3");
        assertThat(run("list", "--override", "x")).isEqualTo(2);
        assertThat(run("list", "--override", "s3.bucket=")).isEqualTo(1);
        assertThat(errorOutput()).contains("s3.bucket");
        for (String command : List.of("list", "verify", "sweep", "cost")) {
            assertThat(run(command, "--help")).isZero();
            assertThat(output()).contains("--config=FILE");
        }
    }

    @Test
    void asksForATopicThatBeginsWithAnothersRecords() {
        NewTopic topic = new RestoredTopic("orders", "offset:17", "copy", Map.of("retention.ms", "5")).create(3);

        assertThat(topic.name()).isEqualTo("copy");
        assertThat(topic.numPartitions()).isEqualTo(3);
        assertThat(topic.configs())
                .containsOnly(
                        Map.entry("varve.restore.from", "orders@offset:17"),
                        Map.entry("retention.ms", "5"),
                        Map.entry("retention.bytes", "-1"));
    }

    @Test
    void restoresAsOfOnePointOnly() {
        assertThat(restore("--to-offset", "5", "--to-time", "2026-11-29T01:02:03Z"))
                .isEqualTo(2);
        assertThat(restore()).isEqualTo(2);
        assertThat(restore("--to-time", "yesterday")).isEqualTo(2);
        assertThat(errorOutput()).contains("'yesterday' is not a time");
        assertThat(restore("--to-offset", "-5")).isEqualTo(2);
        assertThat(errorOutput()).contains("'-5' is not an offset");
    }

    private int restore(String... point) {
        err.reset();
        List<String> line = new ArrayList<>(
                List.of("restore", "--bootstrap-server", "127.0.0.1:1", "--topic", "orders", "--as", "copy"));
        line.addAll(Arrays.asList(point));
        return TierCommand.run(print(out), print(err), line.toArray(String[]::new));
    }

    @Test
    void drawsProgressOnATerminalOnly() {
        StringWriter terminal = new StringWriter();
        try (ProgressBar bar = new ProgressBar(new PrintWriter(terminal), 200, true)) {
            bar.add(100);
            bar.add(150);
        }
        assertThat(terminal.toString())
                .contains("50% of 200 B")
                .contains("100% of 200 B")
                .endsWith(System.lineSeparator());
        StringWriter file = new StringWriter();
        try (ProgressBar bar = new ProgressBar(new PrintWriter(file), 200, false)) {
            bar.add(100);
        }
        assertThat(file.toString()).isEmpty();
    }

    private void write(PartitionId id, int batches) {
        PartitionStore store = storage.open(id, 0, SETTINGS);
        for (int i = 0; i < batches; i++) {
            long base = store.extent().readableEnd();
            store.append(Batches.run(Batches.batch(base, 10, 200, TIME + base + 9)));
            assertThat(storage.sync(List.of(store)).byPartition()).isEmpty();
        }
        Await.until("the bucket has it", () -> store.segments().stream().allMatch(TierCommandTest::isUploaded));
        store.close();
    }

    private static boolean isUploaded(Segment segment) {
        return !segment.sealed() || segment.isRemote();
    }

    private List<String> segments() {
        return bucket.keys("test/main/data/");
    }

    private int run(String command, String... arguments) {
        out.reset();
        err.reset();
        List<String> line = new ArrayList<>(List.of(command, "--config", config.toString()));
        line.addAll(Arrays.asList(arguments));
        return TierCommand.run(print(out), print(err), line.toArray(String[]::new));
    }

    private static PrintStream print(ByteArrayOutputStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String errorOutput() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
