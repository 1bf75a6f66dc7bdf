// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.history;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.history.HistoryStep.Numbers;
import io.varve.conformance.history.HistoryStep.Verb;
import io.varve.core.spi.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Chooses the next step of a history by chance, mostly a sensible one. */
final class RandomSteps {
    private final SplittableRandom random;

    RandomSteps(long seed) {
        random = new SplittableRandom(seed);
    }

    HistoryStep next(HistoryPlayer player) {
        int part = random.nextInt(HistoryPlayer.PARTS);
        Extent extent = player.extent(part);
        return player.isTiered() && random.nextInt(6) == 0 ? ofTier(part, extent) : ofAny(player, part, extent);
    }

    private HistoryStep ofTier(int part, Extent extent) {
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> Numbers.of(Verb.SEAL, part);
            case 3, 4, 5 -> new HistoryStep.Whole(Verb.SETTLE);
            case 6 -> new HistoryStep.Whole(Verb.LOSE);
            default -> Numbers.of(Verb.DROP, part, random.nextLong(extent.start(), extent.readableEnd() + 1));
        };
    }

    private HistoryStep ofAny(HistoryPlayer player, int part, Extent extent) {
        long end = extent.readableEnd();
        return switch (random.nextInt(40)) {
            case 0, 1 -> Numbers.of(Verb.TRIM, part, random.nextLong(extent.start(), end + 1));
            case 2 -> Numbers.of(Verb.TRIM, part, random.nextInt(4) == 0 ? end + random.nextInt(40) : end);
            case 3, 4, 5 -> Numbers.of(Verb.TRUNCATE, part, Math.max(0, end - random.nextLong(60)));
            case 6, 7, 8 ->
                Numbers.of(
                        Verb.REPLACE,
                        player.isTiered() ? HistoryPlayer.COMPACTED : part,
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
            case 16, 17, 18, 19 -> new HistoryStep.Whole(Verb.SYNC);
            case 20 -> new HistoryStep.Whole(Verb.REOPEN);
            case 21 -> new HistoryStep.Whole(Verb.CRASH);
            case 22 -> Numbers.of(Verb.SEAL, part);
            default -> append(part);
        };
    }

    private HistoryStep append(int part) {
        int gap = random.nextInt(10) == 0 ? random.nextInt(50) : random.nextInt(40) == 0 ? -1 - random.nextInt(5) : 0;
        List<HistoryStep.Sized> batches = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            batches.add(new HistoryStep.Sized(
                    1 + random.nextInt(9), Batches.LEAST + random.nextInt(400), random.nextInt(300)));
        }
        return new HistoryStep.BatchAppend(part, gap, batches);
    }
}
