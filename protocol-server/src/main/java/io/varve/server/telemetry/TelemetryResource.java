// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What clients have pushed, as DescribeConfigs shows it: a resource of client metrics with a setting for each
 * client instance. The first line of its value describes the client, each other line is a number.
 */
public final class TelemetryResource {
    /** The name of the resource, which no subscription has. */
    public static final String NAME = "?varve.telemetry";

    private TelemetryResource() {}

    /**
     * @param type id of the type of a resource, any value
     * @param name name of the resource
     * @return true if the resource is what clients have pushed
     */
    public static boolean is(byte type, String name) {
        return type == ConfigResource.Type.CLIENT_METRICS.id() && name.equals(NAME);
    }

    /** @return the values by client instance */
    public static Map<String, String> settings(List<PushedMetrics> pushed) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (PushedMetrics each : pushed) {
            ClientProperties client = each.client();
            settings.put(
                    client.instanceId(),
                    client.clientId().replace('\n', ' ') + " ("
                            + client.software() + ") at " + client.address() + ", "
                            + Instant.ofEpochMilli(each.timeMs()) + "\n" + each.metrics());
        }
        return settings;
    }
}
