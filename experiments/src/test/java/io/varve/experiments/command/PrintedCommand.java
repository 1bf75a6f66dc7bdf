// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** Runs the experiments' command within this process, and keeps what it prints. Not thread-safe. */
final class PrintedCommand {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /**
     * @param arguments words of the command line
     * @return the exit code
     */
    int run(Object... arguments) {
        return ExperimentCommand.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Stream.of(arguments).map(Object::toString).toArray(String[]::new));
    }

    /** @return results, since the start or {@link #forgetOut} */
    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** @return progress and errors, since the start */
    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    void forgetOut() {
        out.reset();
    }
}
