// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import java.util.Objects;

/**
 * One of the broker's own settings, as DescribeConfigs shows it.
 *
 * @param name its key in {@code server.properties}
 * @param value its value in force, or null when it has none
 * @param configured true if {@code server.properties} or the command line sets it, false for a default
 * @param sensitive true if its value must not be shown
 */
public record BrokerSetting(String name, String value, boolean configured, boolean sensitive) {
    /** Checks presence of the name. */
    public BrokerSetting {
        Objects.requireNonNull(name, "name");
    }
}
