// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the level of the root logger, which is all that slf4j tells of a logging back end. Stateless, and so
 * thread-safe.
 */
final class FixedLevels implements LogLevels {
    @Override
    public boolean areFixed() {
        return true;
    }

    @Override
    public SortedMap<String, String> all() {
        return new TreeMap<>(Map.of(ROOT, level(LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME))));
    }

    static String level(Logger logger) {
        if (logger.isTraceEnabled()) {
            return "TRACE";
        }
        if (logger.isDebugEnabled()) {
            return "DEBUG";
        }
        if (logger.isInfoEnabled()) {
            return "INFO";
        }
        if (logger.isWarnEnabled()) {
            return "WARN";
        }
        return logger.isErrorEnabled() ? "ERROR" : "OFF";
    }

    @Override
    public boolean exists(String name) {
        return name.equals(ROOT);
    }

    @Override
    public void set(String name, String level) {
        throw new UnsupportedOperationException("the level of " + name + " is fixed");
    }

    @Override
    public void unset(String name) {
        throw new UnsupportedOperationException("the level of " + name + " is fixed");
    }
}
