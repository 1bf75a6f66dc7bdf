// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Logs what clients have changed: one line for a request, so that it can be told later who it was. Values of
 * settings are not logged, because some are secrets. Thread-safe.
 */
public final class ChangeLog {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeLog.class);
    private static final int MAX_NAMED = 10;
    private static final int MAX_LENGTH = 500;

    /** Ends of lines and what turns the direction of a text, also where only Unicode counts them so. */
    private static final Pattern HARMFUL = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private ChangeLog() {}

    /**
     * Logs a request that has changed something.
     *
     * @param request who asked for it
     * @param what what was done, such as "deleted topics"
     * @param things what it was done to; with none of them nothing is logged
     */
    public static void note(Request request, String what, List<String> things) {
        write(Level.INFO, request, what, things);
    }

    /**
     * Warns that what a request has made is allowed, as in Kafka, and of no use.
     *
     * @param request who asked for it
     * @param what what was done, and what would be right
     * @param things what it was done to; with none of them nothing is logged
     */
    public static void doubt(Request request, String what, List<String> things) {
        write(Level.WARN, request, what, things);
    }

    private static void write(Level level, Request request, String what, List<String> things) {
        if (!things.isEmpty()) {
            LOG.atLevel(level)
                    .log(
                            "{} at {} has {}: {}",
                            harmless(request.connection().principal().toString()),
                            request.connection().clientAddress().getHostAddress(),
                            harmless(what),
                            some(things));
        }
    }

    /** @return the first of them, separated by commas, and how many there are besides */
    public static String some(List<String> things) {
        String first = things.stream().limit(MAX_NAMED).map(ChangeLog::harmless).collect(Collectors.joining(", "));
        return things.size() <= MAX_NAMED ? first : first + " and " + (things.size() - MAX_NAMED) + " more";
    }

    /**
     * Names of groups and users may hold line ends, behind which a forged line could follow, and have 32 KiB.
     */
    private static String harmless(String text) {
        String line = HARMFUL.matcher(text).replaceAll("?");
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH) + "...";
    }
}
