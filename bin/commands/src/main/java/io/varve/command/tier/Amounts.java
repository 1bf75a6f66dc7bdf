// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import java.time.Instant;
import java.util.Locale;

/** Writes bytes, times and money for people. Stateless. */
final class Amounts {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final int KIBI = 1024;

    private Amounts() {}

    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= KIBI && unit < UNITS.length - 1) {
            value /= KIBI;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    static String time(long ms) {
        return ms < 0 ? "-" : Instant.ofEpochMilli(ms).toString();
    }

    static String ratio(long appended, long stored) {
        return stored == 0 ? "-" : String.format(Locale.ROOT, "%.2f", (double) appended / stored);
    }

    /** Dollars, with as many digits as small amounts need. */
    static String dollars(double dollars) {
        return String.format(Locale.ROOT, dollars == 0 || dollars >= 1 ? "%.2f" : "%.6f", dollars);
    }
}
