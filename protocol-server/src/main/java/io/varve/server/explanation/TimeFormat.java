// SPDX-License-Identifier: Apache-2.0
package io.varve.server.explanation;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Prints points in time and spans of time for people. Stateless. */
final class TimeFormat {
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private TimeFormat() {}

    /** @return the time in ISO 8601, UTC, to the second, and how far it is from now */
    static String at(long ms, long now) {
        return instant(ms) + (ms >= now ? " (in " + span(ms - now) + ")" : " (" + span(now - ms) + " ago)");
    }

    /** @return the time in ISO 8601, UTC, to the second */
    static String instant(long ms) {
        try {
            return Instant.ofEpochMilli(ms).truncatedTo(ChronoUnit.SECONDS).toString();
        } catch (DateTimeException e) {
            return ms + " ms";
        }
    }

    /** @return the two largest units of a span, for instance {@code 3d 4h} */
    static String span(long ms) {
        if (ms >= DAY) {
            return two(ms / DAY, "d", ms % DAY / HOUR, "h");
        }
        if (ms >= HOUR) {
            return two(ms / HOUR, "h", ms % HOUR / MINUTE, "m");
        }
        if (ms >= MINUTE) {
            return two(ms / MINUTE, "m", ms % MINUTE / SECOND, "s");
        }
        return ms >= SECOND ? ms / SECOND + "s" : ms + "ms";
    }

    private static String two(long large, String unit, long small, String smallUnit) {
        return large + unit + (small == 0 ? "" : " " + small + smallUnit);
    }
}
