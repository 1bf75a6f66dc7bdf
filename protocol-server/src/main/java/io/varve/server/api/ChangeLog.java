// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what clients have changed: one line for a request, so that it can be told later who it was. Values of
 * settings are not logged, because some are secrets. Thread-safe.
 */
public final class ChangeLog {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeLog.class);
    private static final int MAX_NAMED = 10;

    private ChangeLog() {}

    /**
     * Logs a request that has changed something.
     *
     * @param request who asked for it
     * @param what what was done, such as "deleted topics"
     * @param things what it was done to; with none of them nothing is logged
     */
    public static void note(Request request, String what, List<String> things) {
        if (!things.isEmpty()) {
            LOG.info(
                    "{} at {} has {}: {}",
                    harmless(request.connection().principal().toString()),
                    request.connection().clientAddress().getHostAddress(),
                    what,
                    some(things));
        }
    }

    /** @return the first of them, separated by commas, and how many there are besides */
    public static String some(List<String> things) {
        String first = things.stream().limit(MAX_NAMED).map(ChangeLog::harmless).collect(Collectors.joining(", "));
        return things.size() <= MAX_NAMED ? first : first + " and " + (things.size() - MAX_NAMED) + " more";
    }

    /** Names of groups and users may hold line ends, behind which a forged line could follow. */
    private static String harmless(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
