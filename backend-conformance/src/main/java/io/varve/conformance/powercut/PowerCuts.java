// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.powercut;

import io.varve.conformance.rig.JavaCommand;
import io.varve.conformance.rig.TestedBackend;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs power-cut rounds in a process of their own. No other process sees its mounts, and they end with it,
 * however it ends.
 */
public final class PowerCuts {
    /** Every round passed. */
    public static final int PASSED = 0;
    /** A round failed: the backend lost or invented something. */
    public static final int FAILED = 1;
    /** The machine does not let itself be used like this; nothing is said about the backend. */
    public static final int IMPOSSIBLE = 3;

    private PowerCuts() {}

    /**
     * @param subject the backend
     * @param plan what to do
     * @param out gets a line a round
     * @return {@link #PASSED}, {@link #FAILED} or {@link #IMPOSSIBLE}
     */
    public static int run(TestedBackend subject, PowerCutPlan plan, PrintStream out) {
        String obstacle = plan.obstacle().orElse(null);
        if (obstacle != null) {
            out.println("No power cuts: " + obstacle);
            return IMPOSSIBLE;
        }
        Path directory;
        try {
            directory = Files.createTempDirectory(plan.directory(), "varve-power-cut-");
        } catch (IOException e) {
            throw new UncheckedIOException("no directory can be made in " + plan.directory(), e);
        }
        try {
            return run(subject, plan, directory, out);
        } finally {
            CutDisk.abandon(directory); // what was mounted there is not to be seen from here, and gone
        }
    }

    private static int run(TestedBackend subject, PowerCutPlan plan, Path directory, PrintStream out) {
        List<String> command = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private"));
        command.addAll(JavaCommand.of(
                subject, PowerCutRounds.class, "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"));
        command.addAll(List.of(
                subject.provider().getClass().getName(),
                Integer.toString(plan.rounds()),
                Long.toString(plan.seed()),
                plan.disk(),
                plan.store(),
                directory.toString(),
                plan.evidence() == null ? "" : plan.evidence().toString(),
                String.join(",", subject.places())));
        subject.properties().forEach((key, value) -> command.add(key + "=" + value));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (InputStream lines = process.getInputStream()) {
            lines.transferTo(out);
            return process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the power was being cut", e);
        } finally {
            process.destroy();
        }
    }
}
