// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Counts one chunk among those that were read ahead and not wanted yet, until it is. Thread-safe. */
final class AheadTicket {
    /** Of a chunk that was not read ahead. */
    static final AheadTicket NONE = new AheadTicket(new AtomicLong(), 0, new ReadTally());

    private final AtomicLong unread;
    private final int bytes;
    private final ReadTally tally;
    private final AtomicBoolean open = new AtomicBoolean(true);

    AheadTicket(AtomicLong unread, int bytes, ReadTally tally) {
        this.unread = unread;
        this.bytes = bytes;
        this.tally = tally;
        unread.addAndGet(bytes);
    }

    /** @return true if no reader wanted it yet */
    boolean isOpen() {
        return bytes > 0 && open.get();
    }

    /** Ends when a reader wants the chunk, or when it will not come. */
    void read() {
        end();
    }

    /** Ends if the chunk was not kept, and nobody waits for it. */
    void endIfUnread(boolean lost) {
        if (lost) {
            end();
        }
    }

    /** Ends when the chunk leaves the memory. */
    void drop() {
        if (end()) {
            tally.unreadBytes.add(bytes);
        }
    }

    private boolean end() {
        boolean ended = open.get() && open.compareAndSet(true, false);
        if (ended) {
            unread.addAndGet(-bytes);
        }
        return ended;
    }
}
