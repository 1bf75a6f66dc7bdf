// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import java.util.Locale;

/** Words numbers of results as the report does: about three digits, in a unit that suits them. Stateless. */
final class ResultWords {
    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    private static final double NEXT_UNIT = 1023.5;
    private static final double KIB = 1024;
    private static final double SECOND_MS = 1000;
    private static final double MINUTE_MS = 60 * SECOND_MS;
    private static final double HOUR_MS = 60 * MINUTE_MS;
    private static final double DAY_MS = 24 * HOUR_MS;

    private ResultWords() {}

    private static String digits(double number) {
        double size = Math.abs(number);
        int decimals = size >= 100 || number == Math.rint(number) ? 0 : size >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", number);
    }

    static String bytes(double number) {
        double value = number;
        int unit = 0;
        while (value >= NEXT_UNIT && unit < BYTE_UNITS.length - 1) {
            value /= KIB;
            unit++;
        }
        return digits(value) + " " + BYTE_UNITS[unit];
    }

    /** @param ms a time in ms; below 0 for none */
    static String age(double ms) {
        if (ms < 0) {
            return "none";
        }
        if (ms >= DAY_MS) {
            return digits(ms / DAY_MS) + " d";
        }
        if (ms >= HOUR_MS) {
            return digits(ms / HOUR_MS) + " h";
        }
        if (ms >= MINUTE_MS) {
            return digits(ms / MINUTE_MS) + " min";
        }
        return ms >= SECOND_MS ? digits(ms / SECOND_MS) + " s" : digits(ms) + " ms";
    }

    static String dollars(double number) {
        int decimals = number == 0 || number >= 0.1 ? 2 : number >= 0.001 ? 4 : 6;
        return String.format(Locale.ROOT, "%." + decimals + "f", number);
    }

    static String count(double number) {
        return String.format(Locale.ROOT, "%,d", Math.round(number));
    }

    /**
     * @param number what a constraint measured
     * @param unit as results name it
     */
    static String measured(double number, String unit) {
        return switch (unit) {
            case "records" -> count(number) + " records";
            case "ms" -> age(number);
            case "bytes" -> bytes(number);
            case "$/month" -> "$" + dollars(number) + " a month";
            default -> digits(number) + " " + unit;
        };
    }
}
