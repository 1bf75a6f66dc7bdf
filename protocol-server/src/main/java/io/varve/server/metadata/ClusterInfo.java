// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

/**
 * Who this cluster and this node are, as clients are told.
 *
 * @param clusterId 22 characters of base64, made at the first start and kept
 * @param nodeId this broker's {@code node.id}
 * @param host advertised host name
 * @param port advertised port
 * @param rack {@code broker.rack}, or null
 */
public record ClusterInfo(String clusterId, int nodeId, String host, int port, String rack) {}
