// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

import io.varve.server.clients.ClientSoftware;

/**
 * Describes a client as subscriptions select it.
 *
 * @param instanceId the id of the instance, as text
 * @param clientId {@code client.id}
 * @param software its library and the library's version
 * @param address its IP address
 * @param port its port
 */
public record ClientProperties(String instanceId, String clientId, ClientSoftware software, String address, int port) {
    private static final int MAX_LENGTH = 249;

    /** Truncates the client's id: patterns are matched with it, and it is kept. */
    public ClientProperties {
        clientId = clientId == null ? "" : clientId.substring(0, Math.min(MAX_LENGTH, clientId.length()));
    }

    /** @return the value of a property by the name that subscriptions use */
    String value(String name) {
        return switch (name) {
            case "client_instance_id" -> instanceId;
            case "client_id" -> clientId;
            case "client_software_name" -> software.name();
            case "client_software_version" -> software.version();
            case "client_source_address" -> address;
            case "client_source_port" -> Integer.toString(port);
            default -> "";
        };
    }
}
