// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/**
 * Shows and sets the levels of the server's loggers. A level that was set lasts until the process ends.
 * Thread-safe.
 */
public final class LogLevels {
    /** Name of the root logger, as shown to clients. */
    public static final String ROOT = Logger.ROOT_LOGGER_NAME.toLowerCase(Locale.ROOT);

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

    /** @return the level in force of each existing logger, by name */
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

    /** @return true if a logger of this name exists */
    public boolean exists(String name) {
        return find(name) != null;
    }

    /**
     * @param name an existing logger
     * @param level one of Kafka's levels: FATAL, ERROR, WARN, INFO, DEBUG or TRACE; FATAL is set as ERROR
     */
    public void set(String name, String level) {
        find(name).setLevel(Level.toLevel(level.equals("FATAL") ? "ERROR" : level));
    }

    /**
     * Resets a logger to the level of its parent.
     *
     * @param name an existing logger, not the root
     */
    public void unset(String name) {
        find(name).setLevel(null);
    }

    private Logger find(String name) {
        return name.equals(ROOT) ? context.getLogger(Logger.ROOT_LOGGER_NAME) : context.exists(name);
    }
}
