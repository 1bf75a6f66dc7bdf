// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.s3server.S3Faults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a server whose records live in a bucket again and again, under load, while the bucket fails in all
 * ways it can. {@code -Dvarve.test.tier.kills} and {@code -Dvarve.test.tier.faults} make the test longer;
 * {@code -Dvarve.test.tier.seed} repeats its decisions.
 */
class TierKillsIT {
    private static final int KILLS = Integer.getInteger("varve.test.tier.kills", 4);
    private static final long FAULTS = Long.getLong("varve.test.tier.faults", 60);
    private static final long SEED = Long.getLong("varve.test.tier.seed", System.nanoTime() % 1_000_000);

    private static final Path REPORT = Path.of("target", "tier-kills-" + Backend.NAME + ".txt");
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int MAX_RECORDS_BETWEEN_KILLS = 3_000;
    private static final int MAX_OUTAGE = 30;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Places where a process may die between two steps that belong together. */
    private static final List<String> PLACES = List.of(
            "s3.upload.begin",
            "s3.upload.stored",
            "s3.upload.committed",
            "s3.manifest.before-entry",
            "s3.manifest.after-entry",
            "s3.journal.before-rename",
            "s3.journal.before-directory",
            "s3.drop.before-trim",
            "s3.sync.before-force");

    private static final int MAX_TIMES = 15;
    private static final int LAST_LINES = 40;

    /** Segments of about 100 KiB that go at once: most records are in the bucket only. */
    private static final String[] SOON_REMOTE = {
        "s3.upload.max.delay.ms=300",
        "s3.chunk.size=16384",
        "s3.request.timeout.ms=5000",
        "s3.attempt.timeout.ms=1500",
        "s3.connect.timeout.ms=1000",
        "s3.start.timeout.ms=100000",
        "s3.delete.delay.ms=0",
        "s3.cache.size=2097152",
        "s3.cache.memory=1048576",
        "log.local.retention.ms=1",
        "log.retention.check.interval.ms=200",
        "offsets.topic.num.partitions=1",
        "transaction.state.log.num.partitions=1"
    };

    /** Sweeps all the time, without a grace: what this server stores must be safe by itself. */
    private static final String[] SWEEPING = {"s3.sweep.interval.ms=1000", "s3.sweep.grace.ms=0"};

    private static final String[] SWEEPING_TOO =
            Stream.of(SOON_REMOTE, SWEEPING).flatMap(Stream::of).toArray(String[]::new);

    private static final NumberedRecords RECORDS = new NumberedRecords("kills", 3, SEED);

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);

    @Test
    void nothingAcknowledgedIsLostOrReadWrongAndNothingIsLeft() throws Exception {
        long began = System.nanoTime();
        try (FaultyBucket bucket = FaultyBucket.start(directory.resolve("bucket"), SEED)) {
            Server server =
                    Server.start(Files.createDirectory(directory.resolve("server")), bucket.settings(SOON_REMOTE));
            try (Admin admin = JavaClientsIT.admin(server);
                    NumberedWriter writer = writer(admin, server);
                    NumberedReader one = new NumberedReader("reader-1", RECORDS, writer, server);
                    NumberedReader two = new NumberedReader("reader-2", RECORDS, writer, server)) {
                bucket.failNowAndThen();
                for (int kill = 0; kill < KILLS; kill++) {
                    server = killed(server, kill, bucket, writer, List.of(one, two));
                }
                await(
                        "faults enough: " + bucket.faults().injected(),
                        writer,
                        List.of(one, two),
                        () -> bucket.struck() >= FAULTS && one.passes() > 0 && two.passes() > 0);
                bucket.faults().clear();
                writer.finish();
                awaitAllRemote(admin, server, writer, List.of(one, two));
                one.finish();
                two.finish();
                long all = NumberedReader.readAll(RECORDS, server, writer);
                server.stop();
                assertNothingIsLeft(bucket);
                tell("seed %d: %d kills, faults %s, %d records, %d of them read meanwhile, %d segments, %d s"
                        .formatted(
                                SEED,
                                KILLS,
                                bucket.faults().injected(),
                                all,
                                one.read() + two.read(),
                                bucket.segments().size(),
                                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began)));
            } finally {
                server.close();
            }
        } catch (Exception | AssertionError e) {
            throw new AssertionError("with -Dvarve.test.tier.seed=" + SEED + ": " + e.getMessage(), e);
        }
    }

    /** Asserts that every object is sound, and named. */
    private void assertNothingIsLeft(FaultyBucket bucket) {
        String swept = tier(bucket, "sweep", "--delete");
        int objects = bucket.segments().size();
        assertThat(tier(bucket, "verify"))
                .as(swept)
                .startsWith(objects + " objects ")
                .contains("all sound");
        assertThat(tier(bucket, "sweep"))
                .startsWith("0 objects ")
                .contains(" and 0 uploads that nothing names; 0 more");
    }

    private String tier(FaultyBucket bucket, String command, String... arguments) {
        List<String> line = new ArrayList<>(List.of("bin/varve-tier.sh", command));
        line.addAll(List.of(
                "--config", directory.resolve("server/server.properties").toString()));
        for (String setting : bucket.settings(SWEEPING)) {
            line.addAll(List.of("--override", setting));
        }
        line.addAll(List.of(arguments));
        return ChildProcess.start(line.toArray(String[]::new)).succeed();
    }

    private static NumberedWriter writer(Admin admin, Server server) throws Exception {
        admin.createTopics(List.of(new NewTopic(RECORDS.topic(), RECORDS.partitions(), (short) 1)))
                .all()
                .get();
        return new NumberedWriter(RECORDS, server);
    }

    /** @return the server that was started after this one was killed */
    private Server killed(
            Server server, int kill, FaultyBucket bucket, NumberedWriter writer, List<NumberedReader> readers) {
        long enough = writer.acknowledged() + 1 + random.nextInt(MAX_RECORDS_BETWEEN_KILLS);
        int requests = random.nextInt(MAX_OUTAGE);
        boolean within = random.nextInt(3) == 0;
        S3Faults.Rule outage = bucket.outage(within ? requests : 0);
        try {
            await(
                    "records before kill " + kill + " and an outage of " + requests + " requests",
                    writer,
                    readers,
                    () -> !server.running().process().isAlive() || writer.acknowledged() >= enough);
        } finally {
            outage.close();
        }
        server.crash();
        Server dead = random.nextInt(3) > 0 ? server : diedAtPlace(server, kill, writer, readers);
        return dead.again(bucket.settings(random.nextBoolean() ? SOON_REMOTE : SWEEPING_TOO));
    }

    /** @return a server that died between two steps, or else was killed */
    private Server diedAtPlace(Server server, int kill, NumberedWriter writer, List<NumberedReader> readers) {
        String place = PLACES.get(random.nextInt(PLACES.size()));
        Server dying = server.againUntil(place, 1 + random.nextInt(MAX_TIMES));
        try {
            long enough = writer.acknowledged() + MAX_RECORDS_BETWEEN_KILLS;
            await(
                    "an end at " + place + ", after kill " + kill,
                    writer,
                    readers,
                    () -> !dying.running().process().isAlive() || writer.acknowledged() >= enough);
        } finally {
            dying.crash();
        }
        return dying;
    }

    /** Waits until the bucket has all records, and this machine, but for the last segments, none. */
    private static void awaitAllRemote(
            Admin admin, Server server, NumberedWriter writer, List<NumberedReader> readers) {
        try {
            await(
                    "every record in the bucket",
                    writer,
                    readers,
                    () -> IntStream.range(0, RECORDS.partitions())
                            .allMatch(partition -> offset(admin, partition, OffsetSpec.latestTiered()) + 1
                                            == writer.acknowledged(partition)
                                    && offset(admin, partition, OffsetSpec.earliestLocal()) > 0));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + where(admin, writer) + lastLines(server), e);
        }
    }

    private static String where(Admin admin, NumberedWriter writer) {
        return IntStream.range(0, RECORDS.partitions())
                .mapToObj(partition -> "%npartition %d: acknowledged %d, end %d, last in the bucket %d, first local %d"
                        .formatted(
                                partition,
                                writer.acknowledged(partition),
                                offset(admin, partition, OffsetSpec.latest()),
                                offset(admin, partition, OffsetSpec.latestTiered()),
                                offset(admin, partition, OffsetSpec.earliestLocal())))
                .collect(Collectors.joining());
    }

    private static String lastLines(Server server) {
        List<String> lines = server.running().out().lines().toList();
        return "\nthe server's last lines:\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    private static long offset(Admin admin, int partition, OffsetSpec which) {
        TopicPartition place = new TopicPartition(RECORDS.topic(), partition);
        try {
            return admin.listOffsets(Map.of(place, which))
                    .partitionResult(place)
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .offset();
        } catch (Exception e) {
            throw new AssertionError("cannot list the offsets of " + place, e);
        }
    }

    private static void await(String what, NumberedWriter writer, List<NumberedReader> readers, BooleanSupplier holds) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            writer.check();
            readers.forEach(NumberedReader::check);
            assertThat(System.nanoTime()).as("in time: %s", what).isLessThan(deadline);
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static void tell(String line) throws Exception {
        Files.writeString(REPORT, line + "\n");
        System.out.println(line);
    }
}
