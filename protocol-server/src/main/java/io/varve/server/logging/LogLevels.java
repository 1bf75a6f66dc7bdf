// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/** Shows and sets what the server's loggers write. What is set lasts until the process ends. Thread-safe. */
public final class LogLevels {
    /** The logger above all others. */
    public static final String ROOT = Logger.ROOT_LOGGER_NAME.toLowerCase(Locale.ROOT);

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

    /** @return the level in force of each logger there is, by name */
    public SortedMap<String, String> all() {
        SortedMap<String, String> levels = new TreeMap<>();
        context.getLoggerList()
                .forEach(logger ->
                        levels.put(shown(logger), logger.getEffectiveLevel().toString()));
        return levels;
    }

    private static String shown(Logger logger) {
        return logger.getName().equals(Logger.ROOT_LOGGER_NAME) ? ROOT : logger.getName();
    }

    /** @return true if there is such a logger */
    public boolean exists(String name) {
        return find(name) != null;
    }

    /**
     * @param name a logger there is
     * @param level a level of Kafka's: FATAL, ERROR, WARN, INFO, DEBUG or TRACE
     */
    public void set(String name, String level) {
        find(name).setLevel(Level.toLevel(level.equals("FATAL") ? "ERROR" : level));
    }

    /**
     * Gives a logger the level of the one above it.
     *
     * @param name a logger there is, not the root
     */
    public void unset(String name) {
        find(name).setLevel(null);
    }

    private Logger find(String name) {
        return name.equals(ROOT) ? context.getLogger(Logger.ROOT_LOGGER_NAME) : context.exists(name);
    }
}
