// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import io.varve.conformance.run.CheckOutcome;
import io.varve.conformance.run.CheckOutcome.Status;
import io.varve.core.runtime.Clock;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.Consumer;

/** Shows how far the run is: on a terminal a line that changes, elsewhere a line now and then. */
final class ProgressLine implements Consumer<CheckOutcome> {
    private static final long TERMINAL_NANOS = 50_000_000L;
    private static final long PLAIN_NANOS = 5_000_000_000L;
    private static final int WIDTH = 100;

    private final PrintStream out;
    private final boolean terminal;
    private final Clock clock;
    private final long begin;
    private String area;
    private long shown;
    private int checks;
    private int failed;

    ProgressLine(PrintStream out, boolean terminal, Clock clock) {
        this.out = out;
        this.terminal = terminal;
        this.clock = clock;
        begin = clock.nanos();
        shown = begin;
    }

    @Override
    public void accept(CheckOutcome outcome) {
        if (!outcome.area().equals(area)) {
            end();
            area = outcome.area();
            checks = 0;
            failed = 0;
        }
        checks++;
        failed += outcome.status() == Status.FAILED ? 1 : 0;
        long now = clock.nanos();
        if (now - shown > (terminal ? TERMINAL_NANOS : PLAIN_NANOS)) {
            show(now, " ...");
        }
    }

    private void show(long now, String more) {
        shown = now;
        String line = String.format(
                Locale.ROOT,
                "%6.1f s  %-26s %5d checks, %s%s",
                (now - begin) / 1e9,
                area,
                checks,
                failed == 0 ? "all well" : failed + " FAILED",
                more);
        if (terminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, WIDTH - line.length())));
            out.flush();
        } else {
            out.println(line);
        }
    }

    /** The area that was under way is done. */
    void end() {
        if (area != null) {
            show(clock.nanos(), "");
            if (terminal) {
                out.println();
            }
        }
    }
}
