// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import io.varve.conformance.history.HistoryRunner;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.run.CheckOutcome;
import io.varve.core.runtime.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Runs a history from a file instead of random ones. */
final class HistoryReplay {
    private HistoryReplay() {}

    static List<CheckOutcome> of(Path file, Supplier<StorageRig> rigs, Clock clock) throws IOException {
        List<String> lines = Files.readAllLines(file);
        long begin = clock.nanos();
        Throwable failure = null;
        try {
            new HistoryRunner(rigs).replay(lines);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--replay " + file + ": " + e.getMessage());
        } catch (AssertionError e) {
            failure = e;
        }
        return List.of(new CheckOutcome(
                "random histories",
                "replay of " + file.getFileName(),
                failure == null ? CheckOutcome.Status.PASSED : CheckOutcome.Status.FAILED,
                Duration.ofNanos(clock.nanos() - begin),
                failure,
                List.of()));
    }
}
