// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.spi.SegmentLimits;
import io.varve.file.segment.FileSegment;
import io.varve.file.segment.SegmentSurvey;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds the indexes of segments that lack them, and sets aside a segment whose batches overlap the next
 * one's.
 */
final class IndexRebuild {
    private static final Logger LOG = LoggerFactory.getLogger(IndexRebuild.class);

    private final FoundSegments segments;
    private final SegmentLimits limits;
    private final ProgressLog progress;

    /** @param limits bytes between two index entries */
    IndexRebuild(FoundSegments segments, SegmentLimits limits, ProgressLog progress) {
        this.segments = segments;
        this.limits = limits;
        this.progress = progress;
    }

    /**
     * Rebuilds the missing indexes.
     *
     * @param end offset after the last batch of the last segment
     */
    void run(long end) throws IOException {
        for (int i = segments.size() - 1; i >= 0; i--) {
            FileSegment segment = segments.get(i);
            if (segments.lacksIndexes(segment) && segment.bytes() > 0) {
                rebuild(segment, segments.isLast(i) ? end : segments.get(i + 1).base);
            }
        }
    }

    private void rebuild(FileSegment segment, long next) throws IOException {
        LOG.info("{} has no indexes: building them", segment.log().path());
        segment.writer().rebuildIndexes(limits);
        segment.writer().sealIfPossible();
        segment.forceIndexes();
        long after = new SegmentSurvey(segment).end();
        if (after > next) {
            segments.setAside(segment, "it has batches up to offset " + after + ", and " + next + " comes next");
        }
        progress.at(() -> segment.log().path().getParent() + ": building indexes");
    }
}
