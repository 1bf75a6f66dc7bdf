// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Finds the word that was probably meant. */
final class Spelling {
    private Spelling() {}

    /** @return the nearest of the known words, if it is near enough to have been meant */
    static Optional<String> nearest(String word, Collection<String> known) {
        String best = null;
        int least = Math.max(2, word.length() / 3) + 1;
        for (String other : known) {
            int distance = distance(word, other);
            if (distance < least) {
                least = distance;
                best = other;
            }
        }
        return Optional.ofNullable(best);
    }

    /** @return the only known word of which the word is a part, as size of record-size */
    private static Optional<String> whole(String word, Collection<String> known) {
        List<String> wholes = known.stream()
                .filter(other -> List.of(other.split("[-.]")).contains(word))
                .toList();
        return wholes.size() == 1 ? Optional.of(wholes.get(0)) : Optional.empty();
    }

    /** @return a sentence that names what was meant, or else all that is known */
    static String advice(String word, Collection<String> known) {
        return nearest(word, known)
                .or(() -> whole(word, known))
                .map(meant -> "did you mean " + meant + "?")
                .orElseGet(() -> "known are " + String.join(", ", known));
    }

    /** @return how many insertions, deletions, changes and swaps of neighbours lead from one to the other */
    private static int distance(String one, String two) {
        int[][] cost = new int[one.length() + 1][two.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= two.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                boolean same = one.charAt(i - 1) == two.charAt(j - 1);
                cost[i][j] =
                        Math.min(cost[i - 1][j - 1] + (same ? 0 : 1), Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                if (i > 1
                        && j > 1
                        && one.charAt(i - 1) == two.charAt(j - 2)
                        && one.charAt(i - 2) == two.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[one.length()][two.length()];
    }
}
