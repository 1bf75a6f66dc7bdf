// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

/**
 * Counts whose bytes one event loop reads, to tell when a connection has the loop to itself. Used on that
 * loop.
 */
final class LoopReads {
    /** So many reads in a row come from a connection before it counts as alone. */
    static final int ALONE = 32;

    private NettyConnection last;
    private int inARow;

    /** Counts a read. */
    void read(NettyConnection from) {
        if (from != last) {
            last = from;
            inARow = 0;
        }
        if (inARow < ALONE) {
            inARow++;
        }
    }

    /** @return true if the last {@link #ALONE} reads were all from this connection */
    boolean areFrom(NettyConnection connection) {
        return connection == last && inARow == ALONE;
    }
}
