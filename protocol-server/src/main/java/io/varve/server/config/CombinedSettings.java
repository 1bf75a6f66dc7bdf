// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Refuses settings that are allowed each by itself, but not together. */
final class CombinedSettings {
    private static final int AUTOMATIC = -1;

    private CombinedSettings() {}

    /**
     * Holds settings to what Kafka asks of them together.
     *
     * @param settings what the user set
     * @param values the value of every key, each allowed by itself
     * @throws ConfigError for the first that does not fit the others
     */
    static void check(PropertySources settings, Map<String, Object> values) {
        long queued = (Long) values.get(BrokerConfigDef.MAX_QUEUED);
        int request = (Integer) values.get(BrokerConfigDef.MAX_REQUEST);
        if (queued != AUTOMATIC && queued < request) {
            throw settings.wrong(
                    BrokerConfigDef.MAX_QUEUED,
                    "-1 (chosen by the server), or at least " + BrokerConfigDef.MAX_REQUEST + ", which is " + request);
        }
        if ((Integer) values.get(BrokerConfigDef.MAX_PER_IP) == 0
                && ((String) values.get(BrokerConfigDef.PER_IP_OVERRIDES)).isEmpty()) {
            throw settings.wrong(
                    BrokerConfigDef.MAX_PER_IP, "1 or more, or 0 with " + BrokerConfigDef.PER_IP_OVERRIDES);
        }
        int delayMs = (Integer) values.get(BrokerConfigDef.AUTHENTICATION_DELAY);
        long idleMs = (Long) values.get(BrokerConfigDef.MAX_IDLE);
        if (delayMs >= idleMs) {
            String set = settings.get(BrokerConfigDef.AUTHENTICATION_DELAY) == null
                    ? BrokerConfigDef.MAX_IDLE
                    : BrokerConfigDef.AUTHENTICATION_DELAY;
            throw settings.wrong(
                    set,
                    "such that " + BrokerConfigDef.AUTHENTICATION_DELAY + " (" + delayMs + ") is less than "
                            + BrokerConfigDef.MAX_IDLE + " (" + idleMs + ")");
        }
    }

    /**
     * @param key the key of the data directories
     * @param directories absolute and normalized
     * @throws ConfigError if one is there twice, or lies in another one
     */
    static void requireApart(PropertySources settings, String key, List<Path> directories) {
        for (int i = 0; i < directories.size(); i++) {
            for (int j = 0; j < directories.size(); j++) {
                if (i != j && directories.get(i).startsWith(directories.get(j))) {
                    throw settings.wrong(
                            key,
                            "a list of separate directories; " + directories.get(i)
                                    + (directories.get(i).equals(directories.get(j))
                                            ? " is there twice"
                                            : " lies in " + directories.get(j)));
                }
            }
        }
    }
}
