// SPDX-License-Identifier: Apache-2.0
package io.varve.build;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds numbers that are written in the language of the machine: 20,000 is 20.000 in Turkish. */
final class NumberFormats {
    /** Matches what is written with a point, a comma or leading zeros. */
    private static final Pattern NUMBER =
            Pattern.compile("%[-+ ]*(?:0\\d+d|\\d*,\\d*d|\\d*,?(?:\\.\\d+)?[feg])(?![\\w])");
    /** Takes no language, and is on the line of the format or on the next one. */
    private static final Pattern FORMATTED = Pattern.compile("\"\\s*\\.formatted\\(");

    private NumberFormats() {}

    /** Returns formats whose call names no language, each as {@code FILE:LINE what is wrong}. */
    static List<String> faults(SourceFile file) {
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < file.lines().size(); i++) {
            Matcher number = NUMBER.matcher(file.lines().get(i));
            if (number.find() && !namesLanguage(file.lines(), i)) {
                faults.add(file.at(i + 1) + " formats a number without Locale.ROOT");
            }
        }
        return faults;
    }

    /** Looks at the call that ends with this line, or begins in it or a few lines before. */
    private static boolean namesLanguage(List<String> lines, int format) {
        String next = format + 1 < lines.size() ? lines.get(format + 1) : "";
        if (FORMATTED.matcher(lines.get(format) + next).find()) {
            return false;
        }
        int begin = format;
        while (begin > 0 && !lines.get(begin).matches(".*(?:format|printf)\\(.*")) {
            begin--;
        }
        return String.join("", lines.subList(begin, format + 1)).contains("Locale.ROOT");
    }
}
