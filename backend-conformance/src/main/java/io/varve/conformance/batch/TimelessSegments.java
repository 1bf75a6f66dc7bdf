// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.batch;

import io.varve.core.spi.Segment;
import java.util.List;

/** Makes segments of two storages comparable. Stateless. */
public final class TimelessSegments {
    private TimelessSegments() {}

    /**
     * @param segments any
     * @return the same without when they were appended to, and without where they are, which differ between
     *     storages that hold the same
     */
    public static List<Segment> timeless(List<Segment> segments) {
        return segments.stream()
                .map(one -> new Segment(
                        one.baseOffset(),
                        one.endOffset(),
                        one.bytes(),
                        one.maxTimestamp(),
                        -1,
                        one.sealed(),
                        Segment.Tier.LOCAL))
                .toList();
    }

    /**
     * @param segments any
     * @return the same without where they are, which a tier changes at any time
     */
    public static List<Segment> anywhere(List<Segment> segments) {
        return segments.stream().map(one -> one.in(Segment.Tier.LOCAL)).toList();
    }
}
