// SPDX-License-Identifier: Apache-2.0
package io.varve.server.start;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.varve.build.watch.Await;
import io.varve.core.VarveException;
import io.varve.server.logging.LogTap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Damages each file of a stopped or killed server in each way, and starts it again. Either the start is
 * refused in one line that names the file and says what to do, or the server goes on: then everything is
 * there, or a line names what is not.
 *
 * <p>By default a sample of all cases; {@code -Dvarve.test.damage.cases=1000} for all,
 * {@code -Dvarve.test.damage.only=WORD} for those whose name contains a word.
 */
class DamagedFilesTest {
    private static final long SEED = 20_261_130;
    private static final int CASES = Integer.getInteger("varve.test.damage.cases", 12);
    private static final String ONLY = System.getProperty("varve.test.damage.only", "");
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final List<String> VALUES = List.of("first", "second", "third");
    /** Between two looks whether what is waited for has been said to be lost. */
    private static final Duration SHORT = Duration.ofMillis(500);

    @RegisterExtension
    private final LogTap said = LogTap.on("io.varve");

    @TempDir
    Path home;

    /** @param file relative to the data directory */
    private record Case(Path file, FileDamage damage) {}

    @ParameterizedTest
    @CsvSource({"file,false", "file,true", "lmdb,false", "lmdb,true"})
    void losesNothingSilently(String backend, boolean killed) throws IOException {
        List<String> wrong = new ArrayList<>();
        try (ServerInProcess server = new ServerInProcess(
                home,
                backend,
                1,
                "offsets.topic.num.partitions=1",
                "file.ring.bytes=262144",
                "log.flush.offset.checkpoint.interval.ms=100")) {
            fill(server.start());
            awaitCheckpoint(server.directories.get(0), backend);
            List<Path> killedAt = server.copies("killed");
            server.stop();
            Path template = killed ? killedAt.get(0) : server.directories.get(0);
            Random random = new Random(SEED);
            for (Case each : cases(template, random)) {
                Path directory = home.resolve("damaged");
                DirectoryDamage.copy(template, directory);
                if (each.damage.apply(directory.resolve(each.file), random)) {
                    server.directories = List.of(directory);
                    outcome(server, directory.resolve(each.file))
                            .forEach(line -> wrong.add(each.damage + " " + each.file + ": " + line));
                }
                DirectoryDamage.delete(directory);
            }
        }
        assertThat(wrong).as("seed " + SEED).isEmpty();
    }

    private static void fill(ServerInProcess server) {
        server.createTopic(ORDERS.topic(), 1);
        server.produce(ORDERS.topic(), 0, VALUES.toArray(new String[0]));
        try (KafkaConsumer<String, String> consumer = server.consumer("g", Map.of())) {
            consumer.assign(List.of(ORDERS));
            consumer.commitSync(Map.of(ORDERS, new OffsetAndMetadata(2)));
        }
    }

    /** Waits until what was written is known to be durable: files of a partition that is not may be lost. */
    private static void awaitCheckpoint(Path directory, String backend) throws IOException {
        if (backend.equals("file")) {
            Path points = directory.resolve("recovery-point-offset-checkpoint");
            Await.until("all is durable", () -> {
                String written = read(points);
                return written.contains("orders 0 3") && written.contains("__consumer_offsets 0 1");
            });
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Case> cases(Path template, Random random) {
        List<Case> cases = new ArrayList<>();
        for (Path file : DirectoryDamage.all(template)) {
            if (Files.isRegularFile(file)) {
                for (FileDamage damage : FileDamage.values()) {
                    Case one = new Case(template.relativize(file), damage);
                    if (one.toString().contains(ONLY)) {
                        cases.add(one);
                    }
                }
            }
        }
        Collections.shuffle(cases, random);
        return cases.subList(0, Math.min(CASES, cases.size()));
    }

    /** @return what is wrong with how the server took the damage */
    private List<String> outcome(ServerInProcess server, Path damaged) {
        List<String> wrong = new ArrayList<>();
        said.clear();
        try {
            server.start();
            boolean records = VALUES.equals(values(server, () -> isSaid(damaged, ORDERS.toString())));
            boolean offset = committed(server, () -> isSaid(damaged, "__consumer_offsets-0")) == 2;
            server.stop();
            if (!records && !isSaid(damaged, ORDERS.toString())) {
                wrong.add("records are lost, and nothing says so");
            }
            if (!offset && !isSaid(damaged, "__consumer_offsets-0")) {
                wrong.add("a committed offset is lost, and nothing says so");
            }
        } catch (VarveException e) {
            judgeRefusal(e.getMessage(), damaged, wrong);
        } catch (RuntimeException | Error e) {
            wrong.add("the start ends with " + e);
        } finally {
            server.stop();
        }
        for (ILoggingEvent event : said.events()) {
            if (event.getLevel().isGreaterOrEqual(Level.WARN) && event.getThrowableProxy() != null) {
                wrong.add("a stack trace: " + event.getFormattedMessage() + ": "
                        + event.getThrowableProxy().getClassName() + " "
                        + event.getThrowableProxy().getMessage());
            }
        }
        return wrong;
    }

    private static void judgeRefusal(String message, Path damaged, List<String> wrong) {
        boolean named = message.contains(damaged.toString())
                || message.contains(damaged.getParent().toString())
                || message.contains(damaged.getParent().getFileName() + " in ");
        if (!named) {
            wrong.add("the refusal does not name it: " + message);
        }
        if (!message.matches(
                "(?s).*(bring|Bring|delete|remove|write |restore|start |must be|permission|free|use ).*")) {
            wrong.add("the refusal does not say what to do: " + message);
        }
    }

    private boolean isSaid(Path damaged, String partition) {
        return said.lines(Level.WARN).stream()
                .anyMatch(line -> line.contains(damaged.toString()) || line.contains(partition));
    }

    /** @return all records, or those that came before the loss of others was said, or in good time */
    private static List<String> values(ServerInProcess server, BooleanSupplier isLost) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = server.consumer(null, Map.of())) {
            consumer.assign(List.of(ORDERS));
            consumer.seek(ORDERS, 0);
            long deadline = System.nanoTime() + Await.PATIENCE.toNanos();
            while (values.size() < VALUES.size() && System.nanoTime() < deadline) {
                boolean lost = isLost.getAsBoolean();
                consumer.poll(SHORT).records(ORDERS).forEach(record -> values.add(record.value()));
                if (lost) {
                    break;
                }
            }
        } catch (KafkaException e) {
            return List.of();
        }
        return values;
    }

    private static long committed(ServerInProcess server, BooleanSupplier isLost) {
        try (KafkaConsumer<String, String> consumer = server.consumer("g", Map.of())) {
            long deadline = System.nanoTime() + Await.PATIENCE.toNanos();
            while (System.nanoTime() < deadline) {
                boolean lost = isLost.getAsBoolean();
                try {
                    OffsetAndMetadata committed =
                            consumer.committed(Set.of(ORDERS), SHORT).get(ORDERS);
                    return committed == null ? -1 : committed.offset();
                } catch (TimeoutException e) {
                    if (lost) {
                        break;
                    }
                }
            }
            return -1;
        } catch (KafkaException e) {
            return -1;
        }
    }
}
