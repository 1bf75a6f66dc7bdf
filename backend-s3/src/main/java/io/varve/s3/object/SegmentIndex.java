// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import java.util.List;

/**
 * Describes the chunks of a segment object and the blobs that travel with it. The same bytes stand in the
 * object and in the manifest's entry of it, so that a read needs no request for the index. Immutable.
 *
 * @param chunks the chunks, in the order of their offsets
 * @param blobs the blobs, in no order
 */
public record SegmentIndex(List<Chunk> chunks, List<StoredBlob> blobs) {
    /** Copies the lists. */
    public SegmentIndex {
        chunks = List.copyOf(chunks);
        blobs = List.copyOf(blobs);
    }
}
