// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.share;

import io.varve.core.spi.BatchSlice;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Shows some neighbouring batches of a slice, which it owns. Thread-safe as the slice is. */
final class SlicePart implements BatchSlice {
    private final BatchSlice whole;
    private final int from;
    private final int to;

    private SlicePart(BatchSlice whole, int from, int to) {
        this.whole = whole;
        this.from = from;
        this.to = to;
    }

    /**
     * @param whole a slice; owned by the result
     * @param from index of the first byte, where a batch begins
     * @param to index after the last byte, where a batch ends
     * @return the part, or the slice itself if that is all of it
     */
    static BatchSlice of(BatchSlice whole, int from, int to) {
        return from == 0 && to == whole.sizeInBytes() ? whole : new SlicePart(whole, from, to);
    }

    @Override
    public int sizeInBytes() {
        return to - from;
    }

    @Override
    public Optional<FileRegion> fileRegion() {
        return whole.fileRegion()
                .map(region -> new FileRegion(region.channel(), region.position() + from, sizeInBytes()));
    }

    @Override
    public ByteBuffer buffer() {
        ByteBuffer all = whole.buffer();
        return all.slice(all.position() + from, sizeInBytes());
    }

    @Override
    public void copy(int at, ByteBuffer into) {
        whole.copy(from + at, into);
    }

    @Override
    public void load() {
        whole.load();
    }

    @Override
    public void close() {
        whole.close();
    }
}
