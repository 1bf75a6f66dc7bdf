// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import java.util.Locale;
import java.util.regex.Pattern;

/** Spells names of checks, and failures, as people read them. */
final class ReportText {
    private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");
    private static final String KIT = "io.varve.conformance.";
    private static final int FRAMES = 4;

    private ReportText() {}

    /** @return {@code skips gaps} for {@code skipsGaps}; what has blanks in it already stays as it is */
    static String of(String check) {
        int end = check.indexOf(',');
        String name = end < 0 ? check : check.substring(0, end);
        String words =
                name.contains(" ") ? name : HUMP.matcher(name).replaceAll(" ").toLowerCase(Locale.ROOT);
        return end < 0 ? words : words + check.substring(end);
    }

    static String reason(Throwable cause) {
        return cause == null || cause.getMessage() == null
                ? String.valueOf(cause)
                : cause.getMessage().replaceFirst("^Assumption failed: ", "");
    }

    /** @return the message, and where in the kit and in the backend it comes from */
    static String failure(Throwable cause) {
        boolean assertion = cause instanceof AssertionError;
        StringBuilder text = new StringBuilder(assertion ? reason(cause).strip() : cause.toString());
        frames(cause, assertion, text);
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root != cause && !root.getClass().getName().startsWith(KIT)) {
            frames(root, false, text.append("\ncaused by ").append(root));
        }
        return text.toString();
    }

    private static void frames(Throwable thrown, boolean kitOnly, StringBuilder text) {
        int frames = 0;
        for (StackTraceElement frame : thrown.getStackTrace()) {
            String name = frame.getClassName();
            boolean telling = kitOnly ? name.startsWith(KIT) : !name.startsWith("java.") && !name.startsWith("sun.");
            if (telling && frames < FRAMES) {
                text.append("\n  at ").append(frame);
                frames++;
            }
        }
    }
}
