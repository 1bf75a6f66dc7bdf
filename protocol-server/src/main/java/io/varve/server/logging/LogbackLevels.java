// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/** Shows and sets the levels of Logback's loggers. Thread-safe. */
final class LogbackLevels implements LogLevels {
    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

    @Override
    public boolean areFixed() {
        return false;
    }

    @Override
    public SortedMap<String, String> all() {
        SortedMap<String, String> levels = new TreeMap<>();
        configured()
                .getLoggerList()
                .forEach(logger ->
                        levels.put(shown(logger), logger.getEffectiveLevel().toString()));
        return levels;
    }

    private static String shown(Logger logger) {
        return logger.getName().equals(Logger.ROOT_LOGGER_NAME) ? ROOT : logger.getName();
    }

    @Override
    public boolean exists(String name) {
        return find(name) != null;
    }

    @Override
    public void set(String name, String level) {
        find(name).setLevel(Level.toLevel(level.equals("FATAL") ? "ERROR" : level));
    }

    @Override
    public void unset(String name) {
        find(name).setLevel(null);
    }

    private Logger find(String name) {
        return name.equals(ROOT)
                ? configured().getLogger(Logger.ROOT_LOGGER_NAME)
                : configured().exists(name);
    }

    /** Waits until the file of levels has been read, which a start does beside the rest. */
    private LoggerContext configured() {
        context.getLogger(Logger.ROOT_LOGGER_NAME).isErrorEnabled();
        return context;
    }
}
