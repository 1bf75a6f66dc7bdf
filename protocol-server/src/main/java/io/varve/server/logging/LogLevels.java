// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import java.util.SortedMap;
import org.slf4j.LoggerFactory;

/**
 * Shows and sets the levels of the server's loggers. A level that was set lasts until the process ends.
 * Thread-safe.
 */
public interface LogLevels {
    /** The class by which slf4j shows that Logback is the back end. */
    String LOGBACK = "ch.qos.logback.classic.LoggerContext";

    /** Name of the root logger, as shown to clients. */
    String ROOT = "root";

    /**
     * Finds the logging back end of this process. A program that embeds the server chooses its own; no class
     * of Logback is loaded where that is another one.
     *
     * @return the levels of its loggers
     */
    static LogLevels ofThisProcess() {
        Class<?> backEnd = LoggerFactory.getILoggerFactory().getClass();
        return backEnd.getName().equals(LOGBACK) ? new LogbackLevels() : new FixedLevels();
    }

    /** @return true if no level can be set, because the logging back end is not Logback */
    boolean areFixed();

    /** @return the level in force of each existing logger, by name */
    SortedMap<String, String> all();

    /** @return true if a logger of this name exists */
    boolean exists(String name);

    /**
     * Sets a level, unless the levels {@linkplain #areFixed are fixed}.
     *
     * @param name an existing logger
     * @param level one of Kafka's levels: FATAL, ERROR, WARN, INFO, DEBUG or TRACE; FATAL is set as ERROR
     * @throws UnsupportedOperationException if the levels are fixed
     */
    void set(String name, String level);

    /**
     * Resets a logger to the level of its parent, unless the levels {@linkplain #areFixed are fixed}.
     *
     * @param name an existing logger, not the root
     * @throws UnsupportedOperationException if the levels are fixed
     */
    void unset(String name);
}
