// SPDX-License-Identifier: Apache-2.0
package io.varve.server.cluster;

import java.util.List;

/**
 * Who this cluster and this node are, as clients are told.
 *
 * @param clusterId 22 characters of base64, made at the first start and kept
 * @param nodeId this broker's {@code node.id}
 * @param addresses where clients of each listener reach this node ({@code advertised.listeners}), at least one
 * @param rack {@code broker.rack}, or null
 */
public record ClusterInfo(String clusterId, int nodeId, List<Address> addresses, String rack) {
    /**
     * Where clients reach this node.
     *
     * @param listener the listener they came in by, for example PLAINTEXT
     * @param host advertised host name
     * @param port advertised port
     */
    public record Address(String listener, String host, int port) {}

    /** Copies the list. */
    public ClusterInfo {
        addresses = List.copyOf(addresses);
    }

    /**
     * A node with one address for all.
     *
     * @param clusterId the cluster's id
     * @param nodeId {@code node.id}
     * @param host advertised host name
     * @param port advertised port
     * @param rack {@code broker.rack}, or null
     */
    public ClusterInfo(String clusterId, int nodeId, String host, int port, String rack) {
        this(clusterId, nodeId, List.of(new Address("", host, port)), rack);
    }

    /**
     * @param listener name of the listener a client came in by
     * @return where it reaches this node; the first address when none is of that listener
     */
    public Address address(String listener) {
        for (Address address : addresses) {
            if (address.listener().equals(listener)) {
                return address;
            }
        }
        return addresses.get(0);
    }
}
