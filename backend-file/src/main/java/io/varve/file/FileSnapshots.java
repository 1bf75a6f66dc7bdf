// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.spi.Snapshots;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blobs in files beside the segments, {@code <offset>.<name>-snapshot}, each with a footer that vouches for it. A blob named
 * {@code producer} that is a Kafka producer snapshot, which carries a checksum of its own, is stored as Kafka stores it:
 * {@code <offset>.snapshot}. Nothing is forced: after a power cut a blob that did not get to the device whole is passed over.
 */
final class FileSnapshots implements Snapshots {
    private static final Logger LOG = LoggerFactory.getLogger(FileSnapshots.class);
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,32}");
    private static final String KAFKA_NAME = "producer";
    /** In a Kafka producer snapshot: int16 version 1, then uint32 CRC-32C of all that follows it. */
    private static final int KAFKA_CRC_AT = 2;

    private static final int KAFKA_HEADER = 6;
    /** Footer: int32 magic, int32 version, int32 CRC-32C of what precedes the footer. */
    private static final int FOOTER = 12;

    private static final int MAGIC = 0x56534E50; // "VSNP"
    private static final int VERSION = 1;

    private final FileStore store;
    private final Path directory;

    FileSnapshots(FileStore store, Path directory) {
        this.store = store;
        this.directory = directory;
    }

    @Override
    public void write(String name, long offset, ByteBuffer bytes) {
        if (!NAME.matcher(name).matches() || offset < 0) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    store.id() + ": snapshot '" + name + "' at " + offset
                            + ": a name is 1 to 32 of [a-z0-9-], an offset 0 or more");
        }
        boolean kafka = name.equals(KAFKA_NAME) && isKafkas(bytes);
        ByteBuffer content = kafka ? bytes : withFooter(bytes);
        Path file = kafka ? directory.resolve(Layout.name(offset, Layout.KAFKA_SNAPSHOT)) : file(name, offset);
        store.writing(() -> {
            Path aside = file.resolveSibling(file.getFileName() + Layout.TEMPORARY);
            try {
                Disk.write(aside, content, false);
                Disk.rename(aside, file);
            } catch (IOException e) {
                Disk.discard(aside, e);
                throw e;
            }
            if (name.equals(KAFKA_NAME)) {
                Files.deleteIfExists(
                        kafka ? file(name, offset) : directory.resolve(Layout.name(offset, Layout.KAFKA_SNAPSHOT)));
            }
        });
    }

    @Override
    public Optional<Snapshot> newest(String name, long atMost) {
        List<Long> offsets = new ArrayList<>(offsets(name));
        Collections.reverse(offsets);
        for (long offset : offsets) {
            if (offset <= atMost) {
                Optional<ByteBuffer> content = content(name, offset);
                if (content.isPresent()) {
                    return Optional.of(new Snapshot(offset, content.get().asReadOnlyBuffer()));
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public List<Long> offsets(String name) {
        store.token.requireOpen();
        return List.copyOf(files(directory, name).keySet());
    }

    @Override
    public void delete(String name, long offset) {
        store.writing(() -> {
            Files.deleteIfExists(file(name, offset));
            if (name.equals(KAFKA_NAME)) {
                Files.deleteIfExists(directory.resolve(Layout.name(offset, Layout.KAFKA_SNAPSHOT)));
            }
        });
    }

    /** Deletes every blob bound to an offset above {@code end}. */
    static void dropAbove(Path directory, long end) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "*snapshot")) {
            for (Path entry : entries) {
                if (Layout.offset(prefix(entry), "") > end) {
                    Files.deleteIfExists(entry);
                }
            }
        }
    }

    private Optional<ByteBuffer> content(String name, long offset) {
        Path file = files(directory, name).get(offset);
        try {
            ByteBuffer bytes = file == null ? null : ByteBuffer.wrap(Files.readAllBytes(file));
            if (bytes != null && file.toString().endsWith(Layout.KAFKA_SNAPSHOT) && isKafkas(bytes)) {
                return Optional.of(bytes);
            }
            if (bytes != null && !file.toString().endsWith(Layout.KAFKA_SNAPSHOT) && hasFooter(bytes)) {
                return Optional.of(bytes.slice(0, bytes.limit() - FOOTER));
            }
            LOG.warn("snapshot {} is damaged: passing it over", file);
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty(); // deleted meanwhile
        } catch (IOException e) {
            throw Disk.readFailure("reading a snapshot", file, e);
        }
    }

    /** @return true if a snapshot's file matches its checksum */
    static boolean isSound(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        return file.toString().endsWith(Layout.KAFKA_SNAPSHOT) ? isKafkas(bytes) : hasFooter(bytes);
    }

    /** @return the blobs of a name by offset */
    private static TreeMap<Long, Path> files(Path directory, String name) {
        TreeMap<Long, Path> found = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "*snapshot")) {
            for (Path entry : entries) {
                String file = entry.getFileName().toString();
                String prefix = prefix(entry);
                long offset = Layout.offset(prefix, "");
                boolean wanted = file.equals(prefix + "." + name + Layout.SNAPSHOT)
                        || name.equals(KAFKA_NAME) && file.equals(prefix + Layout.KAFKA_SNAPSHOT);
                if (offset >= 0 && wanted) {
                    found.put(offset, entry);
                }
            }
        } catch (IOException e) {
            throw Disk.readFailure("listing snapshots", directory, e);
        }
        return found;
    }

    private static String prefix(Path file) {
        String name = file.getFileName().toString();
        int dot = name.indexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }

    private Path file(String name, long offset) {
        return directory.resolve(Layout.name(offset, "." + name + Layout.SNAPSHOT));
    }

    private static boolean isKafkas(ByteBuffer bytes) {
        int at = bytes.position();
        return bytes.remaining() >= KAFKA_HEADER
                && bytes.getShort(at) == 1
                && bytes.getInt(at + KAFKA_CRC_AT)
                        == crc(bytes.slice(at + KAFKA_HEADER, bytes.remaining() - KAFKA_HEADER));
    }

    private static ByteBuffer withFooter(ByteBuffer bytes) {
        ByteBuffer content = ByteBuffer.allocate(bytes.remaining() + FOOTER);
        content.put(bytes.duplicate());
        return content.putInt(MAGIC)
                .putInt(VERSION)
                .putInt(crc(bytes.duplicate()))
                .flip();
    }

    private static boolean hasFooter(ByteBuffer bytes) {
        int footer = bytes.limit() - FOOTER;
        return footer >= 0
                && bytes.getInt(footer) == MAGIC
                && bytes.getInt(footer + 4) == VERSION
                && bytes.getInt(footer + 8) == crc(bytes.slice(0, footer));
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
