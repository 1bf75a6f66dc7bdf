// SPDX-License-Identifier: Apache-2.0
package io.varve.server.clock;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts a span of time as people write it, for instance {@code 7d} or {@code 1d12h}, to ms. */
final class TimeSpan implements ITypeConverter<Long> {
    private static final Pattern PART = Pattern.compile("(\\d{1,15})(ms|s|m|h|d|w|y)");
    private static final Map<String, Long> UNITS = Map.of(
            "ms", 1L,
            "s", 1_000L,
            "m", 60_000L,
            "h", 3_600_000L,
            "d", 86_400_000L,
            "w", 604_800_000L,
            "y", 31_536_000_000L);

    @Override
    public Long convert(String text) {
        Matcher part = PART.matcher(text);
        long ms = 0;
        int end = 0;
        while (end < text.length()) {
            if (!part.find(end) || part.start() != end) {
                throw wrong(text);
            }
            try {
                ms = Math.addExact(ms, Math.multiplyExact(Long.parseLong(part.group(1)), UNITS.get(part.group(2))));
            } catch (ArithmeticException e) {
                throw wrong(text);
            }
            end = part.end();
        }
        if (end == 0) {
            throw wrong(text);
        }
        return ms;
    }

    private static TypeConversionException wrong(String text) {
        return new TypeConversionException(
                "'" + text + "' is not a span of time, for instance 500ms, 90s, 15m, 12h, 7d, 2w, 1y or 1d12h");
    }
}
