// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import java.nio.file.Path;

/**
 * Tells where this process was started from, as the scripts in {@code bin/} say it in system properties;
 * without them, as in a program that embeds the server, it is the working directory.
 */
public final class Installation {
    private static final String HOME = "varve.home";
    private static final String STATE = "varve.state";

    private Installation() {}

    /** @return the directory above {@code bin/} and {@code config/}; it may be read-only */
    public static Path home() {
        return Path.of(System.getProperty(HOME, ""));
    }

    /** @return the base of relative data directories */
    public static Path state() {
        return Path.of(System.getProperty(STATE, System.getProperty(HOME, "")));
    }
}
