// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.history;

import io.varve.conformance.Batches;
import io.varve.conformance.history.Step.Numbers;
import io.varve.conformance.history.Step.Verb;
import io.varve.core.spi.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes the next step by chance, mostly a sensible one. */
final class Chance {
    private final SplittableRandom random;

    Chance(long seed) {
        random = new SplittableRandom(seed);
    }

    Step next(Player player) {
        int part = random.nextInt(Player.PARTS);
        Extent extent = player.extent(part);
        long end = extent.readableEnd();
        return switch (random.nextInt(40)) {
            case 0, 1 -> Numbers.of(Verb.TRIM, part, random.nextLong(extent.start(), end + 1));
            case 2 -> Numbers.of(Verb.TRIM, part, random.nextInt(4) == 0 ? end + random.nextInt(40) : end);
            case 3, 4, 5 -> Numbers.of(Verb.TRUNCATE, part, Math.max(0, end - random.nextLong(60)));
            case 6, 7, 8 ->
                Numbers.of(
                        Verb.REPLACE,
                        part,
                        (long) random.nextInt(8),
                        1L + random.nextInt(4),
                        random.nextLong() & 0xFFFF);
            case 9, 10 -> Numbers.of(Verb.SNAPSHOT, part, random.nextLong(end + 1), (long) random.nextInt(300));
            case 11 -> Numbers.of(Verb.FORGET, part, random.nextLong(end + 1));
            case 12 -> Numbers.of(Verb.LIMIT, part, 500L + random.nextInt(4000));
            case 13, 14 ->
                Numbers.of(Verb.READ, part, random.nextLong(end + 5) - 2, random.nextLong(end + 5), (long)
                        random.nextInt(3000));
            case 15 -> random.nextInt(4) == 0 ? Numbers.of(Verb.DELETE, part) : Numbers.of(Verb.FENCE, part);
            case 16, 17, 18, 19 -> new Step.Whole(Verb.SYNC);
            case 20 -> new Step.Whole(Verb.REOPEN);
            case 21 -> new Step.Whole(Verb.CRASH);
            default -> append(part);
        };
    }

    private Step append(int part) {
        int gap = random.nextInt(10) == 0 ? random.nextInt(50) : random.nextInt(40) == 0 ? -1 - random.nextInt(5) : 0;
        List<Step.Sized> batches = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            batches.add(
                    new Step.Sized(1 + random.nextInt(9), Batches.LEAST + random.nextInt(400), random.nextInt(300)));
        }
        return new Step.Append(part, gap, batches);
    }
}
