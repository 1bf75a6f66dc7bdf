// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.determinism;

import java.util.ArrayList;
import java.util.List;

/** Collects what is seen of a run, a line each, in the order in which it happens. Thread-safe. */
final class Transcript {
    private final List<String> lines = new ArrayList<>();
    private boolean closed;

    /** Adds a line, unless the run is over. */
    synchronized void note(long ms, String what) {
        if (!closed) {
            lines.add(ms + " " + what);
        }
    }

    /** Ends the run: later lines are dropped. */
    synchronized void close() {
        closed = true;
    }

    /** @return the lines; a copy */
    synchronized List<String> lines() {
        return List.copyOf(lines);
    }
}
