// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Tells how a child process ended.
 *
 * @param exit its exit status
 * @param output what it wrote to its standard output and its standard error
 */
public record ChildRun(int exit, String output) {
    /**
     * Runs a child to its end, within {@link TimedProcess#PATIENCE}.
     *
     * @param builder its command; its output is set here: to a file, which never makes anyone wait
     * @throws IllegalStateException if it did not end in time, and was killed; says what it printed, for a
     *     JVM with where its threads were
     */
    public static ChildRun of(ProcessBuilder builder) throws IOException, InterruptedException {
        return of(builder, TimedProcess.PATIENCE);
    }

    /**
     * Runs a child to its end.
     *
     * @param limit how long it may live
     * @throws IllegalStateException as {@link #of(ProcessBuilder)} does
     */
    public static ChildRun of(ProcessBuilder builder, Duration limit) throws IOException, InterruptedException {
        Path output = Files.createTempFile("varve-child-", ".out");
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        try (TimedProcess child = TimedProcess.start(builder, limit)) {
            child.process().getOutputStream().close();
            int exit = child.process().waitFor();
            String said = Files.readString(output);
            child.requireTime(said);
            return new ChildRun(exit, said);
        } finally {
            Files.delete(output);
        }
    }
}
