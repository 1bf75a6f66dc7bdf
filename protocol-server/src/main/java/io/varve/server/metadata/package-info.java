// SPDX-License-Identifier: Apache-2.0
/**
 * Knows what the cluster is: topics, ids, settings and producer ids, as events in {@code __cluster_metadata}.
 * {@link io.varve.server.metadata.ClusterMetadata} is its entry point.
 */
package io.varve.server.metadata;
