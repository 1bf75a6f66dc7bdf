// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.Segment;
import io.varve.core.spi.support.SegmentLookup;
import io.varve.file.segment.FileSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The segments of a partition that readers see at one moment.
 *
 * @param start first offset kept
 * @param segments oldest first, at least one, the last one active; never changed
 * @param end offset after the last batch
 * @param tailBytes bytes of batches in the active segment
 */
public record PartitionView(long start, FileSegment[] segments, long end, int tailBytes) {
    FileSegment active() {
        return segments[segments.length - 1];
    }

    boolean isActive(int i) {
        return i == segments.length - 1;
    }

    /** @return end offset of segment {@code i}, exclusive */
    long endOf(int i) {
        return isActive(i) ? end : segments[i + 1].base;
    }

    /** @return bytes of batches in segment {@code i} */
    int bytesOf(int i) {
        return isActive(i) ? tailBytes : segments[i].bytes();
    }

    /** @return the last segment whose base is at most {@code offset}, or the first */
    int indexOf(long offset) {
        return SegmentLookup.indexOf(offset, segments.length, i -> segments[i].base);
    }

    /** @return the index of a segment, or -1 */
    int indexOf(FileSegment segment) {
        for (int i = 0; i < segments.length; i++) {
            if (segments[i] == segment) {
                return i;
            }
        }
        return -1;
    }

    void forEach(Consumer<FileSegment> action) {
        for (FileSegment segment : segments) {
            action.accept(segment);
        }
    }

    /** @return what a store tells of each segment, oldest first */
    List<Segment> describe() {
        List<Segment> list = new ArrayList<>(segments.length);
        for (int i = 0; i < segments.length; i++) {
            FileSegment segment = segments[i];
            list.add(new Segment(
                    segment.base,
                    endOf(i),
                    bytesOf(i),
                    segment.maxTimestamp(),
                    segment.lastAppendMs(),
                    !isActive(i),
                    Segment.Tier.LOCAL));
        }
        return list;
    }
}
