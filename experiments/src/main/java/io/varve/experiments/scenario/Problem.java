// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

/**
 * Says what is wrong at a place of a file.
 *
 * @param file its name
 * @param line from 1
 * @param column from 1
 * @param key of the value, with the keys above it: {@code producers[0].rate}; empty for the whole file
 * @param value as it stands there, shortened; empty for something that is missing
 * @param advice what is wrong and what would be right
 */
public record Problem(String file, int line, int column, String key, String value, String advice) {
    private static final int MAX_VALUE = 60;

    /** Shortens the value, and puts it on one line. */
    public Problem {
        value = value.replaceAll("\\s+", " ").strip();
        if (value.length() > MAX_VALUE) {
            value = value.substring(0, MAX_VALUE) + "...";
        }
    }

    @Override
    public String toString() {
        return file + ":" + line + ":" + column + ": " + (key.isEmpty() ? "" : key + ": ")
                + (value.isEmpty() ? "" : value + ": ") + advice;
    }
}
