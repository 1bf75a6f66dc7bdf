// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.core.VarveException;

/**
 * Reports an invalid configuration. The message is one line for the user: source, key, value and what is
 * allowed.
 */
public final class ConfigError extends VarveException {
    private static final long serialVersionUID = 1L;

    /** @param message the complete line */
    public ConfigError(String message) {
        super(message, null);
    }
}
