// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.runtime.FailPoints;
import io.varve.server.config.ConfigError;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Halts the server at a named fail point, for end-to-end tests: {@code -Dvarve.halt.at=NAME} or
 * {@code NAME:n} ends the process, as kill -9 would, when execution passes the fail point for the n-th time.
 */
final class HaltAtFailPoint {
    /** The system property. */
    static final String PROPERTY = "varve.halt.at";

    private static final int KILLED = 137;

    private HaltAtFailPoint() {}

    /**
     * @param properties the system properties of the JVM
     * @return the fail points, one of them armed if the property is set
     * @throws ConfigError if the property is not NAME or NAME:n
     */
    static FailPoints armed(Properties properties) {
        FailPoints failPoints = new FailPoints();
        String value = properties.getProperty(PROPERTY);
        if (value != null) {
            int colon = value.indexOf(':');
            AtomicLong left = new AtomicLong(colon < 0 ? 1 : count(value, value.substring(colon + 1)));
            failPoints.arm(colon < 0 ? value : value.substring(0, colon), () -> {
                if (left.decrementAndGet() == 0) {
                    Runtime.getRuntime().halt(KILLED);
                }
            });
        }
        return failPoints;
    }

    private static long count(String value, String digits) {
        try {
            long count = Long.parseLong(digits);
            if (count >= 1) {
                return count;
            }
        } catch (NumberFormatException e) {
            throw wrong(value);
        }
        throw wrong(value);
    }

    private static ConfigError wrong(String value) {
        return new ConfigError("-D" + PROPERTY + "=" + value + " is wrong: must be NAME, or NAME:n with n 1 or more");
    }
}
