// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.record.Crc32c;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.support.ContractChecks;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores blobs in files beside the segments, {@code <offset>.<name>-snapshot}, each with a checksum in its
 * footer. A blob for which Kafka has a file is stored as Kafka stores it, see {@link KafkaSnapshotKind}. No
 * file is forced: a blob that did not reach the device whole before a power cut is skipped. Thread-safe.
 */
public final class FileSnapshots implements Snapshots {
    private static final Logger LOG = LoggerFactory.getLogger(FileSnapshots.class);

    /** Footer: int32 magic, int32 version, int32 CRC-32C of what precedes the footer. */
    private static final int FOOTER = 12;

    private static final int MAGIC = 0x56534E50; // "VSNP"
    private static final int VERSION = 1;

    private final FileStore store;
    private final SnapshotFiles files;

    FileSnapshots(FileStore store) {
        this.store = store;
        this.files = store.partition().snapshotFiles();
    }

    @Override
    public void write(String name, long offset, ByteBuffer bytes) {
        ContractChecks.requireSnapshot(store.id(), name, offset);
        KafkaSnapshotKind kind = KafkaSnapshotKind.ofName(name);
        boolean kafka = kind != null && kind.isInKafkaFormat(bytes);
        ByteBuffer content = kafka ? bytes : withFooter(bytes);
        Path file = kafka ? file(kind, offset) : file(name, offset);
        store.writing(() -> {
            files.add(file.getFileName().toString());
            Path aside = file.resolveSibling(file.getFileName() + FileNames.TEMPORARY);
            try {
                Disk.write(aside, content, false);
                store.partition().hit(FileFailPoints.SNAPSHOT_BEFORE_RENAME);
                Disk.rename(aside, file);
            } catch (IOException e) {
                Disk.discard(aside, e);
                throw e;
            }
            if (kind != null) {
                remove(kafka ? file(name, offset) : file(kind, offset));
            }
        });
    }

    private void remove(Path file) throws IOException {
        Files.deleteIfExists(file);
        files.remove(file.getFileName().toString());
    }

    @Override
    public Optional<Snapshot> newest(String name, long atMost) {
        store.requireOpen();
        for (Map.Entry<Long, Path> file :
                files(name).headMap(atMost, true).descendingMap().entrySet()) {
            Optional<ByteBuffer> content = content(file.getValue());
            if (content.isPresent()) {
                return Optional.of(new Snapshot(file.getKey(), content.get().asReadOnlyBuffer()));
            }
        }
        return Optional.empty();
    }

    @Override
    public Set<String> names() {
        store.requireOpen();
        Set<String> names = new HashSet<>();
        for (String file : files.all()) {
            String name = nameOf(file);
            if (name != null) {
                names.add(name);
            }
        }
        return names;
    }

    /** @return the name of the blob that a file holds, or null if the file is none of a blob */
    private static String nameOf(String file) {
        String prefix = prefix(file);
        if (FileNames.offset(prefix, "") < 0) {
            return null;
        }
        String rest = file.substring(prefix.length());
        KafkaSnapshotKind kind = KafkaSnapshotKind.ofSuffix(rest);
        if (kind != null) {
            return kind.snapshotName();
        }
        boolean own = rest.length() > 1 + FileNames.SNAPSHOT.length() && rest.endsWith(FileNames.SNAPSHOT);
        return own ? rest.substring(1, rest.length() - FileNames.SNAPSHOT.length()) : null;
    }

    @Override
    public List<Long> offsets(String name) {
        store.requireOpen();
        return List.copyOf(files(name).keySet());
    }

    @Override
    public void delete(String name, long offset) {
        store.writing(() -> {
            remove(file(name, offset));
            KafkaSnapshotKind kind = KafkaSnapshotKind.ofName(name);
            if (kind != null) {
                remove(file(kind, offset));
            }
        });
    }

    /** @return true if a file of a partition's directory may hold a blob, by its name */
    public static boolean isSnapshot(String file) {
        return file.endsWith("snapshot") || file.endsWith(FileNames.TRANSACTION_INDEX);
    }

    /** Deletes every blob of a partition whose offset is above {@code end}. */
    public static void deleteAbove(FilePartition partition, long end) throws IOException {
        for (String file : partition.snapshotFiles().all()) {
            if (FileNames.offset(prefix(file), "") > end) {
                Files.deleteIfExists(partition.path().resolve(file));
                partition.snapshotFiles().remove(file);
            }
        }
    }

    private static Optional<ByteBuffer> content(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Disk.readAll(file));
            if (isSound(file, bytes)) {
                boolean kafka = KafkaSnapshotKind.ofFile(file.toString()) != null;
                return Optional.of(kafka ? bytes : bytes.slice(0, bytes.limit() - FOOTER));
            }
            LOG.warn("snapshot {} is damaged: passing it over", file);
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty(); // deleted meanwhile
        } catch (IOException e) {
            throw Disk.readFailure("reading a snapshot", file, e);
        }
    }

    /** @return true if a snapshot's file matches its checksum, or its format where there is no checksum */
    public static boolean isSound(Path file) throws IOException {
        return isSound(file, ByteBuffer.wrap(Files.readAllBytes(file)));
    }

    private static boolean isSound(Path file, ByteBuffer bytes) {
        KafkaSnapshotKind kind = KafkaSnapshotKind.ofFile(file.toString());
        return kind == null ? hasFooter(bytes) : kind.isInKafkaFormat(bytes);
    }

    /** @return the files of the blobs of a name, by offset */
    private NavigableMap<Long, Path> files(String name) {
        NavigableMap<Long, Path> found = new TreeMap<>();
        for (String file : files.all()) {
            if (name.equals(nameOf(file))) {
                found.put(FileNames.offset(prefix(file), ""), directory().resolve(file));
            }
        }
        return found;
    }

    private static String prefix(String file) {
        int dot = file.indexOf('.');
        return dot < 0 ? file : file.substring(0, dot);
    }

    /** Made when a file is used: most partitions have none. */
    private Path directory() {
        return store.partition().path();
    }

    private Path file(String name, long offset) {
        return directory().resolve(FileNames.name(offset, "." + name + FileNames.SNAPSHOT));
    }

    private Path file(KafkaSnapshotKind kind, long offset) {
        return directory().resolve(FileNames.name(offset, kind.suffix()));
    }

    private static ByteBuffer withFooter(ByteBuffer bytes) {
        ByteBuffer content = ByteBuffer.allocate(bytes.remaining() + FOOTER);
        content.put(bytes.duplicate());
        return content.putInt(MAGIC).putInt(VERSION).putInt(Crc32c.of(bytes)).flip();
    }

    private static boolean hasFooter(ByteBuffer bytes) {
        int footer = bytes.limit() - FOOTER;
        return footer >= 0
                && bytes.getInt(footer) == MAGIC
                && bytes.getInt(footer + 4) == VERSION
                && bytes.getInt(footer + 8) == Crc32c.of(bytes, 0, footer);
    }
}
