// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Keeps the bytes of what is appended and not yet committed, outside the heap: pages that all partitions
 * fill one after another, used again when nothing in them is needed any more. Bounded; thread-safe.
 */
final class StagingMemory {
    private static final int PAGE = 1 << 18;
    private static final int IDLE_PAGES = 16;

    /** Memory that several staged pieces share. Guarded by the staging. */
    private static final class Page {
        final ByteBuffer bytes;
        int used;
        int pieces;

        Page(int capacity) {
            bytes = ByteBuffer.allocateDirect(capacity);
        }
    }

    /**
     * Bytes that wait for their commit.
     *
     * @param page where they lie
     * @param at their first byte
     * @param size how many
     */
    record Piece(Page page, int at, int size) {
        /** @return a view; valid until the piece is freed */
        ByteBuffer bytes() {
            return page.bytes.slice(at, size);
        }
    }

    private final long maxBytes;
    private final Deque<Page> idle = new ArrayDeque<>();
    private Page filling = new Page(PAGE);
    private long reserved;

    StagingMemory(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * @return true if so many bytes may be staged now: always when nothing is staged, so that a run of any
     *     size gets through
     */
    synchronized boolean hasSpace(int bytes) {
        return reserved == 0 || reserved + bytes <= maxBytes;
    }

    /** @return true if so many bytes are reserved now; false if there is no space for them */
    synchronized boolean reserve(int bytes) {
        if (!hasSpace(bytes)) {
            return false;
        }
        reserved += bytes;
        return true;
    }

    /** Releases reserved bytes that were not staged. */
    synchronized void release(int bytes) {
        reserved -= bytes;
    }

    /** @return bytes staged or reserved */
    synchronized long reserved() {
        return reserved;
    }

    /** Copies bytes, which were reserved; does not move the position. */
    Piece copy(ByteBuffer from, int at, int size) {
        Piece piece = place(size);
        piece.page.bytes.put(piece.at, from, at, size); // nobody else has this part of the page
        return piece;
    }

    private synchronized Piece place(int size) {
        if (filling.bytes.capacity() - filling.used < size) {
            Page full = filling;
            filling = size > PAGE ? new Page(size) : idle.isEmpty() ? new Page(PAGE) : idle.pop();
            recycle(full);
        }
        Piece piece = new Piece(filling, filling.used, size);
        filling.used += size;
        filling.pieces++;
        return piece;
    }

    /** Frees bytes that nobody reads any more. */
    synchronized void free(Piece piece) {
        reserved -= piece.size;
        Page page = piece.page;
        page.pieces--;
        recycle(page);
    }

    private void recycle(Page page) {
        if (page.pieces > 0) {
            return;
        }
        if (page == filling) {
            page.used = 0;
        } else if (page.bytes.capacity() == PAGE && idle.size() < IDLE_PAGES) {
            page.used = 0;
            idle.push(page);
        }
    }
}
