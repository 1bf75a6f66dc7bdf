// SPDX-License-Identifier: Apache-2.0
package io.varve.server.pattern;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Bounds what a client's pattern becomes when RE2/J compiles it. RE2/J matches in linear time, but copies
 * what a count repeats, and parses parentheses and follows choices recursively: thirty characters can fill
 * the heap. Immutable.
 *
 * @param groups max number of parentheses that open
 * @param size max number of instructions, estimated from above
 */
public record PatternLimits(int groups, long size) {
    /** For patterns that list names, of which there are few. */
    public static final PatternLimits LONG = new PatternLimits(500, 100_000);

    /** For patterns that are matched where nothing may go wrong. */
    public static final PatternLimits SHORT = new PatternLimits(100, 2_000);

    private static final Pattern REPETITION = Pattern.compile("(\\)?)\\{(\\d{1,4})(?:,(\\d{1,4}))?");

    /** @return true if the pattern, valid or not, is not to be compiled */
    public boolean areExceededBy(String pattern) {
        return pattern.chars().filter(c -> c == '(').count() > groups || instructions(pattern) > size;
    }

    /** Any repeated group may be in any other one. */
    private static double instructions(String pattern) {
        int widest = 1;
        double nested = 1;
        for (MatchResult each : REPETITION.matcher(pattern).results().toList()) {
            int most = each.group(3) == null ? 1 : Integer.parseInt(each.group(3));
            int count = Math.max(Math.max(1, most), Integer.parseInt(each.group(2)));
            if (each.group(1).isEmpty()) {
                widest = Math.max(widest, count);
            } else {
                nested *= count;
            }
        }
        return nested * widest * pattern.length();
    }
}
