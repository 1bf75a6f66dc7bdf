// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.core.VarveException;

/**
 * The configuration cannot be used. The message is one line for the user: where, key, value and what is
 * allowed.
 */
public final class ConfigError extends VarveException {
    private static final long serialVersionUID = 1L;

    /** @param message the whole line */
    public ConfigError(String message) {
        super(message, null);
    }
}
