// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.core.runtime.Clock;
import java.io.PrintWriter;
import java.util.function.Supplier;

/** Draws one line again and again on a terminal; elsewhere prints a new one now and then. Not thread-safe. */
final class StatusLine implements AutoCloseable {
    private static final long DRAW_MS = 200;
    private static final long PRINT_MS = 10_000;
    private static final int WIDTH = 40;

    private final PrintWriter out;
    private final Clock clock;
    private final boolean terminal;
    private long shownMs;
    private int shownLength;

    /** @param terminal whether a line can be drawn again */
    StatusLine(PrintWriter out, Clock clock, boolean terminal) {
        this.out = out;
        this.clock = clock;
        this.terminal = terminal;
        this.shownMs = clock.nanos() / 1_000_000;
    }

    /** Shows a line, unless one was shown just now. */
    void show(Supplier<String> line) {
        long now = clock.nanos() / 1_000_000;
        if (now - shownMs < (terminal ? DRAW_MS : PRINT_MS)) {
            return;
        }
        shownMs = now;
        String text = line.get();
        if (terminal) {
            // Spaces over what is left of a longer line before.
            out.print("\r" + text + " ".repeat(Math.max(0, shownLength - text.length())));
            shownLength = text.length();
        } else {
            out.println(text);
        }
        out.flush();
    }

    /** @return a bar of which a share, 0 to 1, is filled */
    static String bar(double share) {
        int filled = (int) (WIDTH * Math.max(0, Math.min(1, share)));
        return "[" + "#".repeat(filled) + " ".repeat(WIDTH - filled) + "]";
    }

    /** Ends the line. What is printed later begins a new one. */
    @Override
    public void close() {
        if (shownLength > 0) {
            out.println();
            shownLength = 0;
        }
    }
}
