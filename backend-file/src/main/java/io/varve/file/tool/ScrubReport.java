// SPDX-License-Identifier: Apache-2.0
package io.varve.file.tool;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Counts what a scrub has verified and found. Prints a line for each damage when it is found, and a table at
 * the end. Used by one thread.
 */
final class ScrubReport {
    /** What a scrub verifies. */
    enum Kind {
        CHECKPOINTS("checkpoints"),
        DIRECTORIES("partition directories"),
        SEGMENTS("segments"),
        BATCHES("batches"),
        OFFSET_ENTRIES("offset index entries"),
        TIME_ENTRIES("time index entries"),
        SNAPSHOTS("snapshots");

        private final String title;

        Kind(String title) {
            this.title = title;
        }
    }

    private static final class Row {
        private long checked;
        private long damaged;
    }

    private final PrintStream out;
    private final Map<Kind, Row> rows = new EnumMap<>(Kind.class);
    private long bytes;
    private int notes;

    ScrubReport(PrintStream out) {
        this.out = out;
        for (Kind kind : Kind.values()) {
            rows.put(kind, new Row());
        }
    }

    void checked(Kind kind) {
        rows.get(kind).checked++;
    }

    void bytes(long read) {
        bytes += read;
    }

    /** @return bytes of batches verified */
    long bytes() {
        return bytes;
    }

    /** Counts and prints a damage. */
    void damaged(Kind kind, Path file, String what) {
        rows.get(kind).damaged++;
        out.println("DAMAGED  " + file + ": " + what);
    }

    /** Counts and prints a harmless finding. */
    void note(Path file, String what) {
        notes++;
        out.println("note     " + file + ": " + what);
    }

    long damages() {
        return rows.values().stream().mapToLong(row -> row.damaged).sum();
    }

    void print() {
        out.printf(Locale.ROOT, "%n%-22s %15s %9s%n", "what", "checked", "damaged");
        rows.forEach(
                (kind, row) -> out.printf(Locale.ROOT, "%-22s %,15d %,9d%n", kind.title, row.checked, row.damaged));
        out.printf(
                Locale.ROOT,
                "%n%s: %,d bytes of batches verified, %,d damages, %,d notes%n",
                damages() == 0 ? "SOUND" : "DAMAGED",
                bytes,
                damages(),
                notes);
    }
}
