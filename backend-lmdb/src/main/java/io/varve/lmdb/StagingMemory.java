// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Keeps bytes that are appended and not yet committed, outside the heap. All partitions fill the same pages,
 * one after another; a page is reused when all its pieces are freed. Bounded. Thread-safe.
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
     * Staged bytes.
     *
     * @param page the page that has them
     * @param at first byte
     * @param size number of bytes
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

    /** @return true if so many bytes may be staged now. When no bytes are staged, a run of any size may be */
    synchronized boolean hasSpace(int bytes) {
        return reserved == 0 || reserved + bytes <= maxBytes;
    }

    /**
     * Reserves bytes.
     *
     * @return false if there is no space for them
     */
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

    /** Copies bytes that were reserved. Does not move the position. */
    Piece copy(ByteBuffer from, int at, int size) {
        Piece piece = place(size);
        piece.page.bytes.put(piece.at, from, at, size); // no other piece has this part of the page
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

    /** Frees a piece; it must not be read any more. */
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
