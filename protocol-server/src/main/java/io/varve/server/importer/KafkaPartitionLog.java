// SPDX-License-Identifier: Apache-2.0
package io.varve.server.importer;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.InvalidBatchException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads the segments of one partition in Kafka's files. Files are mapped, so that bytes that are not read
 * are not loaded.
 */
final class KafkaPartitionLog {
    private static final String SEGMENT = "\\d{20}\\.log";
    private static final String SWAP = ".swap";

    /** Receives the batches of a segment. */
    @FunctionalInterface
    interface Visitor {
        /**
         * @param segment the segment's bytes, read-only, big-endian
         * @param at the batch's first byte; its frame is whole
         * @param size the batch's bytes
         */
        void batch(ByteBuffer segment, int at, int size);
    }

    private final Path directory;
    private final List<Path> segments;
    private final long start;

    private KafkaPartitionLog(Path directory, List<Path> segments, long start) {
        this.directory = directory;
        this.segments = segments;
        this.start = start;
    }

    static KafkaPartitionLog open(Path directory, long checkpointedStart) {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> all = files.sorted().toList();
            for (Path file : all) {
                if (file.toString().endsWith(SWAP)) {
                    throw new ImportException(
                            file + " is left from an unclean stop: start Kafka once more, and stop it in order");
                }
            }
            List<Path> segments = all.stream()
                    .filter(file -> file.getFileName().toString().matches(SEGMENT))
                    .toList();
            long first = segments.isEmpty() ? 0 : base(segments.get(0));
            return new KafkaPartitionLog(directory, segments, Math.max(first, checkpointedStart));
        } catch (IOException e) {
            throw new ImportException(directory + " cannot be read: " + e, e);
        }
    }

    private static long base(Path segment) {
        return Long.parseLong(segment.getFileName().toString().substring(0, 20));
    }

    Path directory() {
        return directory;
    }

    /** @return the log start offset, inclusive */
    long start() {
        return start;
    }

    /** @return the base offset of the active segment: the log's end when that is empty */
    long lastBase() {
        return segments.isEmpty() ? start : Math.max(start, base(segments.get(segments.size() - 1)));
    }

    /**
     * Visits every batch that reaches to or above the log start offset, in order.
     *
     * @param afterSegment called after each segment's last batch, while its bytes are still mapped
     * @throws ImportException naming file and byte if the files do not hold whole batches in ascending order
     */
    void visit(Visitor visitor, Runnable afterSegment) {
        long next = 0;
        for (Path segment : segments) {
            try (FileChannel channel = FileChannel.open(segment)) {
                ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
                next = visit(segment, bytes, next, visitor);
            } catch (IOException e) {
                throw new ImportException(segment + " cannot be read: " + e, e);
            }
            afterSegment.run();
        }
    }

    private long visit(Path segment, ByteBuffer bytes, long from, Visitor visitor) {
        long next = from;
        int at = 0;
        while (at < bytes.limit()) {
            int size;
            try {
                size = BatchValidator.frame(bytes, at, bytes.limit());
            } catch (InvalidBatchException e) {
                throw damaged(segment, at, e.getMessage());
            }
            long base = BatchHeader.baseOffset(bytes, at);
            if (base < next || BatchHeader.lastOffsetDelta(bytes, at) < 0) {
                throw damaged(
                        segment,
                        at,
                        "batch of offsets " + base + " to " + BatchHeader.lastOffset(bytes, at) + " where " + next
                                + " is due");
            }
            next = BatchHeader.nextOffset(bytes, at);
            if (next > start) {
                try {
                    visitor.batch(bytes, at, size);
                } catch (InvalidBatchException e) {
                    throw damaged(segment, at, e.getMessage());
                }
            }
            at += size;
        }
        return next;
    }

    private static ImportException damaged(Path segment, int at, String what) {
        return new ImportException(segment + " at byte " + at + ": " + what
                + "; mend the partition in Kafka, or leave its topic out with --exclude");
    }
}
