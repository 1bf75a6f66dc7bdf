// SPDX-License-Identifier: Apache-2.0
package io.varve.server.importer;

import io.varve.core.directory.DirectoryLock;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;

/**
 * Reads one of the log directories of a Kafka that was shut down cleanly:
 *
 * <pre>
 *   DIR/meta.properties               which cluster and node it belongs to
 *       .kafka_cleanshutdown          there only after a proper stop
 *       .lock                         locked while Kafka runs; gone after a proper stop
 *       log-start-offset-checkpoint   where partitions start that were trimmed
 *       TOPIC-N/                      one partition
 *       TOPIC-N.ID-delete/ and others what is being deleted, moved, or unowned
 * </pre>
 *
 * Nothing is written. A lock is taken only on a file that exists.
 */
final class KafkaLogDirectory implements AutoCloseable {
    private static final String CLEAN = ".kafka_cleanshutdown";
    private static final String META = "meta.properties";
    private static final String STARTS = "log-start-offset-checkpoint";
    private static final String PARTITION_META = "partition.metadata";
    private static final Pattern PARTITION = Pattern.compile("([a-zA-Z0-9._-]+)-(\\d{1,9})");
    private static final Pattern TOPIC_ID = Pattern.compile("(?m)^topic_id: (\\S+)$");
    private static final Pattern START = Pattern.compile("(\\S+) (\\d+) (\\d+)");

    private final Path path;
    private final Optional<DirectoryLock> lock;
    private final Properties meta = new Properties();
    private final Map<String, Path> partitions = new TreeMap<>();
    private final Map<String, Long> starts = new HashMap<>();

    private KafkaLogDirectory(Path path, Optional<DirectoryLock> lock) {
        this.path = path;
        this.lock = lock;
    }

    /** @throws ImportException if it is not a log directory, is in use, or was not closed properly */
    static KafkaLogDirectory open(Path path) {
        if (!Files.isDirectory(path)) {
            throw new ImportException(path + " is not a directory: --from takes a directory of Kafka's log.dirs");
        }
        if (!Files.exists(path.resolve(META))) {
            throw new ImportException(path + " has no " + META + ": --from takes a directory of Kafka's log.dirs");
        }
        try {
            KafkaLogDirectory directory = new KafkaLogDirectory(path, lock(path));
            try {
                directory.read();
                return directory;
            } catch (IOException | RuntimeException e) {
                directory.close();
                throw e;
            }
        } catch (IOException e) {
            throw new ImportException(path + " cannot be read: " + e, e);
        }
    }

    /** Takes a shared lock, which needs no permission to write and keeps Kafka from starting. */
    private static Optional<DirectoryLock> lock(Path path) throws IOException {
        try {
            return DirectoryLock.lockShared(path);
        } catch (StorageException e) {
            throw inUse(path, e);
        }
    }

    /** @param cause null where nothing was thrown */
    private static ImportException inUse(Path path, StorageException cause) {
        return new ImportException(
                path + " is in use: a Kafka runs on it; stop that first (bin/kafka-server-stop.sh)", cause);
    }

    private void read() throws IOException {
        try (Reader reader = Files.newBufferedReader(path.resolve(META))) {
            meta.load(reader);
        }
        if (meta.getProperty("cluster.id") == null || meta.getProperty("node.id") == null) {
            throw new ImportException(
                    path.resolve(META)
                            + " names no cluster.id and node.id: the directory is of a Kafka before KRaft, which must be upgraded first");
        }
        try (Stream<Path> all = Files.list(path)) {
            for (Path each : all.toList()) {
                Matcher name = PARTITION.matcher(each.getFileName().toString());
                if (name.matches() && Files.isDirectory(each)) {
                    partitions.put(name.group(), each);
                }
            }
        }
        // The metadata's own log needs no marker: a controller that keeps nothing else in a directory leaves
        // none there.
        boolean holdsTopics = partitions.keySet().stream().anyMatch(name -> !isMetadata(name));
        if (holdsTopics && !Files.exists(path.resolve(CLEAN))) {
            throw new ImportException(path + " was not closed properly (no " + CLEAN
                    + "): start Kafka on it once more, and stop it in order");
        }
        readStarts();
    }

    private void readStarts() throws IOException {
        Path file = path.resolve(STARTS);
        if (!Files.exists(file)) {
            return;
        }
        List<String> lines = Files.readAllLines(file);
        for (String line : lines.subList(Math.min(2, lines.size()), lines.size())) {
            Matcher start = START.matcher(line);
            if (!start.matches()) {
                throw new ImportException(file + ": the line '" + line + "' is not topic, partition and offset");
            }
            starts.put(start.group(1) + "-" + start.group(2), Long.parseLong(start.group(3)));
        }
    }

    private static boolean isMetadata(String partition) {
        return partition.equals(Topic.CLUSTER_METADATA_TOPIC_NAME + "-0");
    }

    Path path() {
        return path;
    }

    String clusterId() {
        return meta.getProperty("cluster.id");
    }

    String nodeId() {
        return meta.getProperty("node.id");
    }

    /** @return where the cluster's metadata is kept, if here */
    Optional<Path> metadata() {
        return Optional.ofNullable(partitions.get(Topic.CLUSTER_METADATA_TOPIC_NAME + "-0"));
    }

    /** @return the names of the partitions here, the metadata's excepted */
    List<String> partitions() {
        return partitions.keySet().stream().filter(name -> !isMetadata(name)).toList();
    }

    /**
     * @param partition {@code TOPIC-N}
     * @param topicId the topic's id
     * @return the partition's log, if this directory holds it
     */
    Optional<KafkaPartitionLog> log(String partition, Uuid topicId) {
        Path directory = partitions.get(partition);
        if (directory == null || !topicId.toString().equals(topicId(directory))) {
            return Optional.empty();
        }
        return Optional.of(KafkaPartitionLog.open(directory, starts.getOrDefault(partition, 0L)));
    }

    private static String topicId(Path directory) {
        try {
            Matcher id = TOPIC_ID.matcher(Files.readString(directory.resolve(PARTITION_META)));
            return id.find() ? id.group(1) : null;
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new ImportException(directory + " cannot be read: " + e, e);
        }
    }

    /** @throws ImportException if Kafka was started since this was opened */
    void requireUntouched() {
        if (lock.isEmpty() && Files.exists(path.resolve(DirectoryLock.NAME))
                || !partitions().isEmpty() && !Files.exists(path.resolve(CLEAN))) {
            throw inUse(path, null);
        }
    }

    @Override
    public void close() {
        lock.ifPresent(DirectoryLock::close);
    }
}
