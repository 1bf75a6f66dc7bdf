// SPDX-License-Identifier: Apache-2.0
package io.varve.server.clients;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * A connected client, and what it has used.
 *
 * @param address its address and port
 * @param clientId the name it gives itself, empty if none
 * @param software name and version of its library, as {@link ClientSoftware#toString} has them
 * @param versions the versions it has used of each API
 */
public record ClientUse(String address, String clientId, String software, Map<ApiKeys, Versions> versions) {
    /** The versions of a produce request below this one carry messages of old formats. */
    private static final short FIRST_PRODUCE_OF_BATCHES = 3;

    /** The first version of Fetch whose clients read batches of magic 2. */
    private static final short FIRST_FETCH_OF_BATCHES = 4;

    /**
     * Versions of an API.
     *
     * @param lowest lowest version that was used
     * @param highest highest version that was used
     */
    public record Versions(short lowest, short highest) {
        @Override
        public String toString() {
            return lowest == highest ? Short.toString(lowest) : lowest + "-" + highest;
        }
    }

    /** Copies the versions. */
    public ClientUse {
        Map<ApiKeys, Versions> copy = new EnumMap<>(ApiKeys.class);
        copy.putAll(versions);
        versions = copy;
    }

    /** @return what Kafka 4 would refuse of it, in words; empty if nothing */
    public List<String> refusedByKafka4() {
        List<String> refused = new ArrayList<>();
        versions.forEach((api, used) -> {
            if (used.lowest < api.oldestVersion()) {
                refused.add(api.name + " " + used.lowest + formats(api, used.lowest));
            }
        });
        return refused;
    }

    private static String formats(ApiKeys api, short version) {
        if (api == ApiKeys.PRODUCE && version < FIRST_PRODUCE_OF_BATCHES) {
            return " (message format " + (version < 2 ? "0" : "0 or 1") + ")";
        }
        return api == ApiKeys.FETCH && version < FIRST_FETCH_OF_BATCHES
                ? " (reads message format " + (version < 2 ? "0" : "0 or 1") + ")"
                : "";
    }
}
