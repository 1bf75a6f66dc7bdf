// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.history;

import io.varve.conformance.rig.StorageRig;
import io.varve.core.runtime.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Runs random histories, and shortens those that fail. */
public final class HistoryRunner {
    /** Steps of a random history. */
    public static final int STEPS = 250;

    private static final long SHRINKING_NANOS = 60_000_000_000L;

    private final Supplier<? extends StorageRig> rigs;
    private final Clock clock = Clock.system();

    /** @param rigs makes a rig on a new, empty storage for every history */
    public HistoryRunner(Supplier<? extends StorageRig> rigs) {
        this.rigs = rigs;
    }

    /** How a history ended: what went wrong, after which of its steps. */
    private record End(List<HistoryStep> steps, Divergence divergence) {}

    /**
     * Runs a random history.
     *
     * @param seed says which
     * @param steps how many
     * @throws AssertionError with the shortest history found that fails too
     */
    public void random(long seed, int steps) {
        End end = play(seed, steps);
        if (end != null) {
            End shortest = shrink(end);
            throw new AssertionError(
                    describe(
                            shortest,
                            "shortest history found, of "
                                    + shortest.steps().size() + " steps (from "
                                    + end.steps().size() + " of seed " + seed
                                    + "); put into a file, --replay runs it again:"),
                    shortest.divergence());
        }
    }

    /**
     * Runs a given history.
     *
     * @param lines its steps, one a line; empty lines and those that begin with # are passed over
     * @throws IllegalArgumentException naming a line that is no step
     * @throws AssertionError if it fails
     */
    public void replay(List<String> lines) {
        List<HistoryStep> steps = lines.stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(HistoryStep::parse)
                .toList();
        End end = play(steps);
        if (end != null) {
            throw new AssertionError(describe(end, "history up to there:"), end.divergence());
        }
    }

    private static String describe(End end, String heading) {
        StringBuilder text = new StringBuilder();
        text.append("after '").append(end.steps().get(end.steps().size() - 1)).append("', ");
        text.append(end.divergence().getMessage()).append('\n').append(heading).append('\n');
        end.steps().forEach(step -> text.append("    ").append(step).append('\n'));
        return text.toString();
    }

    private End play(long seed, int count) {
        RandomSteps chance = new RandomSteps(seed);
        List<HistoryStep> steps = new ArrayList<>();
        try (HistoryPlayer player = new HistoryPlayer(rigs.get())) {
            while (steps.size() < count) {
                steps.add(chance.next(player));
                player.take(steps.get(steps.size() - 1));
            }
            return null;
        } catch (Divergence e) {
            return new End(steps, e);
        }
    }

    private End play(List<HistoryStep> steps) {
        int taken = 0;
        try (HistoryPlayer player = new HistoryPlayer(rigs.get())) {
            while (taken < steps.size()) {
                player.take(steps.get(taken++));
            }
            return null;
        } catch (Divergence e) {
            return new End(List.copyOf(steps.subList(0, taken)), e);
        }
    }

    /**
     * Leaves out ever smaller runs of steps, then makes those that are left simpler, as long as the history
     * still fails.
     */
    private End shrink(End failing) {
        long until = clock.nanos() + SHRINKING_NANOS;
        End best = failing;
        boolean better = true;
        while (better && clock.nanos() < until) {
            int before = best.steps().size();
            for (int run = Math.max(1, before / 2); run > 0; run /= 2) {
                best = leaveOut(best, run, until);
            }
            End simpler = simplify(best, until);
            better = simpler != best || best.steps().size() < before;
            best = simpler;
        }
        return best;
    }

    private End leaveOut(End failing, int run, long until) {
        End best = failing;
        for (int from = Math.max(0, best.steps().size() - run); from >= 0 && clock.nanos() < until; from -= run) {
            List<HistoryStep> fewer = new ArrayList<>(best.steps());
            fewer.subList(from, Math.min(fewer.size(), from + run)).clear();
            End end = play(fewer);
            best = end == null ? best : end;
            from = Math.min(from, best.steps().size());
        }
        return best;
    }

    private End simplify(End failing, long until) {
        End best = failing;
        for (int i = 0; i < best.steps().size() && clock.nanos() < until; i++) {
            for (HistoryStep simpler : best.steps().get(i).simpler()) {
                List<HistoryStep> steps = new ArrayList<>(best.steps());
                steps.set(i, simpler);
                End end = play(steps);
                if (end != null && end.steps().size() <= best.steps().size()) {
                    best = end;
                    break;
                }
            }
            if (i >= best.steps().size()) {
                break;
            }
        }
        return best;
    }
}
