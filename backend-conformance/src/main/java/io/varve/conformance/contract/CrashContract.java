// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.varve.conformance.crash.CrashRounds;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TestedBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Checks what a process leaves that dies at a failpoint or at a random moment: what was synced is there, to
 * the byte, nothing was invented, and nothing is out of order.
 */
public final class CrashContract {
    private CrashContract() {}

    private static Stream<DynamicTest> on(CrashRounds site, Stream<DynamicTest> rounds) {
        return rounds.onClose(() -> {
            try {
                site.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static CrashRounds site(Supplier<StorageRig> rigs, RunScale scale) throws IOException {
        return new CrashRounds(TestedBackend.assumed(rigs), scale.seed());
    }

    public abstract static class AtFailPoints {
        private final Supplier<StorageRig> rigs;
        private final RunScale scale;
        private final Predicate<String> chosen;

        /** @param chosen tells the failpoints, by name, at which processes halt */
        protected AtFailPoints(Supplier<StorageRig> rigs, RunScale scale, Predicate<String> chosen) {
            this.rigs = rigs;
            this.scale = scale;
            this.chosen = chosen;
        }

        @TestFactory
        Stream<DynamicTest> losesNothingSyncedWhenTheProcessHaltsAt() throws IOException, InterruptedException {
            CrashRounds site = site(rigs, scale);
            List<DynamicTest> rounds = new ArrayList<>();
            for (Map.Entry<String, Integer> point : site.failPoints().entrySet()) {
                if (!chosen.test(point.getKey())) {
                    continue;
                }
                SplittableRandom random =
                        new SplittableRandom(scale.seed() + point.getKey().hashCode());
                for (int i = 0; i < Math.min(scale.haltsPerFailPoint(), point.getValue()); i++) {
                    int hit = 1 + random.nextInt(point.getValue());
                    rounds.add(DynamicTest.dynamicTest(
                            point.getKey() + ", hit " + hit, () -> haltAt(site, point.getKey(), hit)));
                }
            }
            return on(site, rounds.stream());
        }

        private static void haltAt(CrashRounds site, String failPoint, int hit)
                throws IOException, InterruptedException {
            boolean reached = site.haltAt(failPoint, hit);
            assumeTrue(reached, failPoint + " was passed in a dry run, and not in the runs that were to halt there");
        }
    }

    public abstract static class AtRandomMoments {
        private final Supplier<StorageRig> rigs;
        private final RunScale scale;

        protected AtRandomMoments(Supplier<StorageRig> rigs, RunScale scale) {
            this.rigs = rigs;
            this.scale = scale;
        }

        @TestFactory
        Stream<DynamicTest> losesNothingSyncedWhenTheProcessIsKilled() throws IOException {
            CrashRounds site = site(rigs, scale);
            return on(
                    site,
                    IntStream.rangeClosed(1, scale.kills())
                            .mapToObj(round -> DynamicTest.dynamicTest("round " + round, site::kill)));
        }
    }
}
