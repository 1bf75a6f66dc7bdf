// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.runtime.FailPoints;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and writes a file of one offset per partition, in Kafka's format: text lines {@code version},
 * {@code count}, then {@code topic partition offset} for each partition. A write replaces the whole file. Not
 * thread-safe.
 */
public final class OffsetCheckpoint {
    private static final Logger LOG = LoggerFactory.getLogger(OffsetCheckpoint.class);
    private static final String VERSION = "0";
    private static final String EMPTY = text(Map.of());

    private final Path file;
    private final FailPoints failPoints;
    /** The file's content; null when the file does not exist or is damaged. */
    private String written;

    /** @param file the checkpoint file; need not exist */
    public OffsetCheckpoint(Path file, FailPoints failPoints) {
        this.file = file;
        this.failPoints = failPoints;
    }

    /**
     * Reads the file. A damaged one is logged, and counts as absent.
     *
     * @return the offsets by name of the partition's directory
     */
    public Map<String, Long> read() throws IOException {
        try {
            Map<String, Long> offsets = parse(file);
            written = text(offsets);
            return offsets;
        } catch (NoSuchFileException e) {
            written = null;
            return Map.of();
        } catch (IllegalArgumentException e) {
            LOG.warn("{} is damaged: {}; going on without it", file, e.getMessage());
            written = null;
            return Map.of();
        }
    }

    /**
     * @return the offsets by name of the partition's directory
     * @throws IllegalArgumentException if the file is damaged; the message says how
     */
    public static Map<String, Long> parse(Path file) throws IOException {
        List<String> lines =
                new String(Disk.readAll(file), StandardCharsets.UTF_8).lines().toList();
        if (lines.size() < 2 || !lines.get(0).trim().equals(VERSION)) {
            throw new IllegalArgumentException("first line is not version " + VERSION);
        }
        int count = Integer.parseInt(lines.get(1).trim());
        if (count != lines.size() - 2) {
            throw new IllegalArgumentException(
                    "second line says " + count + " entries, there are " + (lines.size() - 2));
        }
        Map<String, Long> offsets = new TreeMap<>();
        for (String line : lines.subList(2, lines.size())) {
            String[] words = line.split(" ");
            if (words.length != 3) {
                throw new IllegalArgumentException("line '" + line + "' is not 'topic partition offset'");
            }
            offsets.put(words[0] + "-" + Integer.parseInt(words[1]), Math.max(0, Long.parseLong(words[2])));
        }
        return offsets;
    }

    /** @return true if the file was read or written, and is sound */
    boolean isKnown() {
        return written != null;
    }

    /** @return true if the file has no entry, or is absent or damaged */
    boolean isEmpty() {
        return written == null || written.equals(EMPTY);
    }

    /** @return true if the file has an entry for one of the partitions' directories */
    boolean namesAny(Set<String> partitions) {
        if (isEmpty()) {
            return false;
        }
        int at = written.indexOf('\n', written.indexOf('\n') + 1) + 1; // behind the version and the count
        while (at < written.length()) {
            int offset = written.indexOf(' ', written.indexOf(' ', at) + 1);
            if (partitions.contains(written.substring(at, offset).replace(' ', '-'))) {
                return true;
            }
            at = written.indexOf('\n', offset) + 1;
        }
        return false;
    }

    /** Replaces the file, unless it has the same content already. Durable on return. */
    void write(Map<String, Long> offsets) throws IOException {
        String text = text(offsets);
        if (text.equals(written)) {
            return;
        }
        Disk.replace(
                file,
                ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)),
                () -> failPoints.hit(FileFailPoints.CHECKPOINT_BEFORE_RENAME),
                () -> failPoints.hit(FileFailPoints.CHECKPOINT_AFTER_RENAME));
        written = text;
    }

    private static String text(Map<String, Long> offsets) {
        StringBuilder text = new StringBuilder(offsets.size() * 32)
                .append(VERSION)
                .append('\n')
                .append(offsets.size());
        offsets.forEach((name, offset) -> text.append(key(name)).append(offset));
        return text.append('\n').toString();
    }

    /** @return the text before a partition's offset in the file */
    private static String key(String name) {
        int dash = name.lastIndexOf('-');
        return "\n" + name.substring(0, dash) + ' ' + name.substring(dash + 1) + ' ';
    }
}
