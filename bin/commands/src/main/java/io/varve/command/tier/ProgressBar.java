// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import java.io.PrintWriter;

/** Draws how much of the work is done, on a terminal; elsewhere nothing. For one thread. */
final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 40;

    private final PrintWriter terminal;
    private final long total;
    private final boolean shown;
    private long done;
    private int drawn = -1;

    /** @param total bytes of the whole work */
    ProgressBar(PrintWriter terminal, long total) {
        this(terminal, total, System.console() != null);
    }

    ProgressBar(PrintWriter terminal, long total, boolean shown) {
        this.terminal = terminal;
        this.total = Math.max(1, total);
        this.shown = shown;
    }

    void add(long bytes) {
        done += bytes;
        int percent = (int) (100 * Math.min(done, total) / total);
        if (shown && percent != drawn) {
            drawn = percent;
            int filled = WIDTH * percent / 100;
            terminal.print("\r[" + "#".repeat(filled) + " ".repeat(WIDTH - filled) + "] " + percent + "% of "
                    + Amounts.bytes(total));
            terminal.flush();
        }
    }

    @Override
    public void close() {
        if (drawn >= 0) {
            terminal.println();
        }
    }
}
