// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes sizes, durations and rates. Stateless. */
public final class Quantities {
    static final String SIZE = "a size, as 512B, 10kB, 64MiB or 1GB";
    /** What a duration is, for messages. */
    public static final String DURATION = "a duration, as 500ms, 30s, 10m, 4h, 7d, 2w or 1d12h";

    static final String RATE =
            "a rate, as 5MB/s (bytes) or 2000/s (records), a second, minute (m), hour (h) or day (d)";

    private static final String NUMBER = "([0-9]{1,15}(?:\\.[0-9]{1,9})?)";
    private static final Pattern SIZES = Pattern.compile(NUMBER + " ?([kKMGT]i?B|B)?");
    private static final Pattern PART = Pattern.compile(NUMBER + "(ms|s|m|h|d|w)");
    private static final Pattern DURATIONS = Pattern.compile("(?:" + PART.pattern() + ")+");
    private static final Pattern RATES = Pattern.compile("(.+)/ ?(s|m|h|d)");

    private static final Map<String, Double> BYTES = Map.of(
            "B", 1.0, "KB", 1e3, "MB", 1e6, "GB", 1e9, "TB", 1e12, "KIB", 0x1p10, "MIB", 0x1p20, "GIB", 0x1p30, "TIB",
            0x1p40);
    private static final Map<String, Long> MS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L, "w", 604_800_000L);

    private Quantities() {}

    /** @return bytes; empty if the text is no size */
    static OptionalLong bytes(String text) {
        Matcher size = SIZES.matcher(text.strip());
        if (!size.matches()) {
            return OptionalLong.empty();
        }
        String unit = size.group(2) == null ? "B" : size.group(2).toUpperCase(Locale.ROOT);
        return whole(Double.parseDouble(size.group(1)) * BYTES.get(unit));
    }

    /**
     * @param text numbers with units, as {@code 1d12h}
     * @return ms; empty if the text is no duration. A bare 0 is one.
     */
    public static OptionalLong millis(String text) {
        String stripped = text.strip();
        if (stripped.equals("0")) {
            return OptionalLong.of(0);
        }
        if (!DURATIONS.matcher(stripped).matches()) {
            return OptionalLong.empty();
        }
        double ms = 0;
        Matcher part = PART.matcher(stripped);
        while (part.find()) {
            ms += Double.parseDouble(part.group(1)) * MS.get(part.group(2));
        }
        return whole(ms);
    }

    /** @return empty if the text is no rate, or 0 */
    static Optional<Rate> rate(String text) {
        Matcher rate = RATES.matcher(text.strip());
        if (!rate.matches()) {
            return Optional.empty();
        }
        double seconds = MS.get(rate.group(2)) / 1000.0;
        String amount = rate.group(1).strip();
        boolean records = amount.matches(NUMBER);
        double number = records ? Double.parseDouble(amount) : bytes(amount).orElse(0);
        return number > 0
                ? Optional.of(new Rate(number / seconds, records ? Rate.Unit.RECORDS : Rate.Unit.BYTES))
                : Optional.empty();
    }

    /** @return an exact size in the largest unit that it is a whole number of */
    static String size(long bytes) {
        String[] units = {"TiB", "GiB", "MiB", "KiB"};
        for (int i = 0; i < units.length; i++) {
            long unit = 1L << 10 * (units.length - i);
            if (bytes != 0 && bytes % unit == 0) {
                return bytes / unit + units[i];
            }
        }
        return bytes + "B";
    }

    /**
     * @param ms at least 0
     * @return an exact duration in the largest unit that it is a whole number of
     */
    public static String duration(long ms) {
        for (String unit : new String[] {"d", "h", "m", "s"}) {
            if (ms != 0 && ms % MS.get(unit) == 0) {
                return ms / MS.get(unit) + unit;
            }
        }
        return ms + "ms";
    }

    private static OptionalLong whole(double number) {
        return number < 0x1p62 ? OptionalLong.of(Math.round(number)) : OptionalLong.empty();
    }
}
