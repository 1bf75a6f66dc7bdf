// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.record.Crc32c;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionId;
import io.varve.file.disk.DirectorySpace;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.UninterruptibleFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists the partitions of a data directory whose own files may not survive a power cut yet, because they were
 * created and nothing was made durable in them. One force of this list makes many creations durable: a start
 * makes a listed partition anew that it does not find. A partition is settled once its own files and names
 * are durable; the next write of the whole list leaves it out. Thread-safe.
 *
 * <pre>
 * 0                                       version
 * + TOPIC NUMBER TOPIC-ID CRC             created: CRC-32C of the line before it, 8 hexadecimal digits
 * - TOPIC NUMBER TOPIC-ID CRC             deleted
 * </pre>
 */
public final class CreationLog {
    private static final Logger LOG = LoggerFactory.getLogger(CreationLog.class);
    private static final String VERSION = "0\n";
    private static final char CREATED = '+';
    private static final char DELETED = '-';

    /** A partition in the list. */
    public static final class ListedPartition {
        private final PartitionId id;
        private boolean settled;

        private ListedPartition(PartitionId id) {
            this.id = id;
        }

        /** @return the partition */
        public PartitionId id() {
            return id;
        }
    }

    private final Path file;
    private final DirectorySpace space;
    private final FailPoints failPoints;
    /** The list by the names of partitions' directories. Guarded by this, as are the other fields. */
    private final Map<String, ListedPartition> entries = new LinkedHashMap<>();

    /** Lines in the file, without the first. */
    private int lines;
    /** End of the lines that count; -1 when the whole list must be written, because the file may be torn. */
    private long end = -1;

    CreationLog(Path directory, DirectorySpace space, FailPoints failPoints) {
        this.file = directory.resolve(FileNames.CREATIONS);
        this.space = space;
        this.failPoints = failPoints;
    }

    /**
     * Reads the list at a start. It ends at the first line that is torn: a crash has cut that write short.
     *
     * @return the partitions that may have to be made anew
     */
    public synchronized List<ListedPartition> read() throws IOException {
        String text;
        try {
            text = new String(Disk.readAll(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        if (!text.startsWith(VERSION)) {
            LOG.warn("{} does not begin with version 0; going on without it", file);
            return List.of();
        }
        boolean sound = text.lines().skip(1).allMatch(this::apply) && text.endsWith("\n");
        end = sound ? text.getBytes(StandardCharsets.UTF_8).length : -1;
        return List.copyOf(entries.values());
    }

    private boolean apply(String line) {
        int crc = line.lastIndexOf(' ');
        if (crc < 0 || !checksum(line.substring(0, crc)).equals(line.substring(crc + 1))) {
            return false;
        }
        String[] words = line.split(" ");
        PartitionId id = new PartitionId(words[1], PartitionMetadata.topicId(words[3]), Integer.parseInt(words[2]));
        if (line.charAt(0) == CREATED) {
            entries.put(id.toString(), new ListedPartition(id));
        } else {
            entries.remove(id.toString());
        }
        lines++;
        return true;
    }

    /**
     * Lists new partitions; durable on return.
     *
     * @param ids partitions whose files exist, though they may not be durable
     * @return their entries, in the same order
     * @throws IOException if the list could not be written: it may or may not have the partitions
     */
    synchronized List<ListedPartition> add(Collection<PartitionId> ids) throws IOException {
        List<ListedPartition> added = new ArrayList<>(ids.size());
        StringBuilder text = new StringBuilder();
        UUID topicId = null;
        String topicText = "";
        for (PartitionId id : ids) {
            ListedPartition entry = new ListedPartition(id);
            added.add(entry);
            entries.put(id.toString(), entry);
            if (!id.topicId().equals(topicId)) { // nearly all are of the same topic as the one before
                topicId = id.topicId();
                topicText = PartitionMetadata.text(topicId);
            }
            text.append(line(CREATED, id, topicText));
        }
        try {
            append(text, ids.size());
        } catch (IOException | RuntimeException e) {
            added.forEach(entry -> entries.remove(entry.id.toString()));
            throw e;
        }
        return added;
    }

    /**
     * Takes partitions off the list that were deleted; durable on return.
     *
     * @param ids partitions; those that are not listed count for nothing
     * @throws IOException if the list could not be written: then they stay on it
     */
    synchronized void remove(Collection<PartitionId> ids) throws IOException {
        Map<String, ListedPartition> removed = new LinkedHashMap<>();
        StringBuilder text = new StringBuilder();
        for (PartitionId id : ids) {
            ListedPartition listed = entries.get(id.toString());
            if (listed != null && listed.id.equals(id)) {
                entries.remove(id.toString());
                removed.put(id.toString(), listed);
                text.append(line(DELETED, id));
            }
        }
        if (removed.isEmpty()) {
            return;
        }
        try {
            append(text, removed.size());
        } catch (IOException | RuntimeException e) {
            entries.putAll(removed);
            throw e;
        }
    }

    /** Notes that a partition's own files and names are durable. */
    synchronized void settled(ListedPartition entry) {
        entry.settled = true;
    }

    /** Writes the list without what has been settled or deleted since; durable on return. */
    synchronized void prune() throws IOException {
        entries.values().removeIf(entry -> entry.settled);
        if (lines != entries.size() || end < 0 && lines > 0) {
            space.withReserve(this::writeAll);
        }
    }

    private void append(CharSequence text, int added) throws IOException {
        if (end < 0) {
            space.withReserve(this::writeAll);
            return;
        }
        long at = end;
        end = -1; // until the force has succeeded, the file may be torn here
        ByteBuffer bytes = bytes(text);
        space.withReserve(() -> {
            try (UninterruptibleFile open = UninterruptibleFile.open(file, StandardOpenOption.WRITE)) {
                Disk.writeFully(open, bytes.duplicate(), at);
                failPoints.hit(FileFailPoints.CREATIONS_BEFORE_FORCE);
                open.force(false);
            }
        });
        end = at + bytes.remaining();
        lines += added;
    }

    private void writeAll() throws IOException {
        StringBuilder text = new StringBuilder(VERSION);
        entries.values().forEach(entry -> text.append(line(CREATED, entry.id)));
        ByteBuffer bytes = bytes(text);
        end = -1;
        Disk.replace(file, bytes, () -> failPoints.hit(FileFailPoints.CREATIONS_BEFORE_RENAME), () -> {});
        end = bytes.limit();
        lines = entries.size();
    }

    private static ByteBuffer bytes(CharSequence text) {
        return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String line(char what, PartitionId id) {
        return line(what, id, PartitionMetadata.text(id.topicId()));
    }

    private static String line(char what, PartitionId id, String topicId) {
        String content = what + " " + id.topic() + " " + id.partition() + " " + topicId;
        return content + " " + checksum(content) + "\n";
    }

    private static String checksum(String content) {
        return HexFormat.of().toHexDigits(Crc32c.of(bytes(content)));
    }
}
