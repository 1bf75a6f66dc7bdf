// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.core.runtime.Clock;
import io.varve.experiments.run.RunProgress;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Shows how far each policy's run is in virtual time, and how long the rest will take: a bar on a terminal,
 * elsewhere a line for each tenth. Thread-safe.
 */
final class VirtualProgress implements RunProgress, AutoCloseable {
    private static final int STEPS = 10;
    private static final double MS_PER_DAY = 86_400_000;
    private static final double SECOND_NS = 1e9;
    private static final double SOON = 0.02;

    private final PrintWriter out;
    private final int policies;
    private final Clock clock;
    private final boolean terminal;
    private final StatusLine line;
    private final long begunNs;
    private final Map<String, Double> shares = new LinkedHashMap<>();

    /**
     * @param policies how many are run in all
     * @param terminal whether a line can be drawn again
     */
    VirtualProgress(PrintWriter out, int policies, Clock clock, boolean terminal) {
        this.out = out;
        this.policies = policies;
        this.clock = clock;
        this.terminal = terminal;
        this.line = new StatusLine(out, clock, terminal);
        this.begunNs = clock.nanos();
    }

    @Override
    public synchronized void advanced(String policy, long doneMs, long totalMs) {
        double share = doneMs / (double) Math.max(1, totalMs);
        double before = shares.getOrDefault(policy, 0.0);
        shares.put(policy, share);
        if (terminal) {
            line.show(() -> drawn(totalMs));
        } else if ((int) (share * STEPS) > (int) (before * STEPS)) {
            out.printf(
                    Locale.ROOT,
                    "%s: %.1f of %.1f days%s%n",
                    policy,
                    doneMs / MS_PER_DAY,
                    totalMs / MS_PER_DAY,
                    left());
        }
    }

    private double done() {
        return shares.values().stream().mapToDouble(Double::doubleValue).sum() / Math.max(1, policies);
    }

    private String drawn(long totalMs) {
        String running = shares.entrySet().stream()
                .filter(entry -> entry.getValue() < 1)
                .map(entry -> String.format(
                        Locale.ROOT, "%s day %.1f", entry.getKey(), entry.getValue() * totalMs / MS_PER_DAY))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%s %3.0f %%%s  %s of %.1f",
                StatusLine.bar(done()),
                100 * done(),
                left(),
                running,
                totalMs / MS_PER_DAY);
    }

    /** @return about how long the rest takes, once enough is done to tell */
    private String left() {
        double done = done();
        double seconds = (clock.nanos() - begunNs) / SECOND_NS;
        return done < SOON || done >= 1 ? "" : String.format(Locale.ROOT, ", %.0f s left", seconds / done * (1 - done));
    }

    @Override
    public synchronized void close() {
        line.close();
    }
}
