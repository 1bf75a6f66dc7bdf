// SPDX-License-Identifier: Apache-2.0
package io.varve.server.cluster;

import java.util.List;

/**
 * Identity of this cluster and this node, as shown to clients.
 *
 * @param clusterId 22 characters of base64, generated at the first start and stored
 * @param nodeId this broker's {@code node.id}
 * @param endpoints where clients of each listener reach this node ({@code advertised.listeners}), at least
 *     one
 * @param rack {@code broker.rack}, or null
 */
public record ClusterInfo(String clusterId, int nodeId, List<Endpoint> endpoints, String rack) {
    /** Copies the list. */
    public ClusterInfo {
        endpoints = List.copyOf(endpoints);
    }

    /**
     * Creates the identity of a node with one endpoint for all listeners.
     *
     * @param clusterId the cluster's id
     * @param nodeId {@code node.id}
     * @param host advertised host name
     * @param port advertised port
     * @param rack {@code broker.rack}, or null
     */
    public ClusterInfo(String clusterId, int nodeId, String host, int port, String rack) {
        this(clusterId, nodeId, List.of(new Endpoint("", host, port)), rack);
    }

    /**
     * @param listener name of the listener of a client's connection
     * @return the advertised endpoint of the listener; the first endpoint if the listener has none
     */
    public Endpoint endpoint(String listener) {
        for (Endpoint endpoint : endpoints) {
            if (endpoint.listener().equals(listener)) {
                return endpoint;
            }
        }
        return endpoints.get(0);
    }
}
