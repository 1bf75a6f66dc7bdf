// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Collects the lines that are logged at level WARN or above while an action runs. */
public final class LogLines {
    private LogLines() {}

    /** @return the lines logged by this package */
    static List<String> of(Runnable what) {
        PrintStream before = System.err;
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        try {
            what.run();
        } finally {
            System.setErr(before);
        }
        return logged.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("io.varve.file"))
                .toList();
    }
}
