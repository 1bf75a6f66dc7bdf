// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Listens to what is logged at level WARN or above while something runs. */
public final class LogLines {
    private LogLines() {}

    /** @return the lines logged by this package */
    static List<String> of(Runnable what) {
        PrintStream before = System.err;
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        System.setErr(new PrintStream(heard, true, StandardCharsets.UTF_8));
        try {
            what.run();
        } finally {
            System.setErr(before);
        }
        return heard.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("io.varve.file"))
                .toList();
    }
}
