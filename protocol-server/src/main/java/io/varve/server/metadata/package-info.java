// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps the cluster's metadata, which are topics, settings and producer ids, as events in
 * {@code __cluster_metadata}. {@link io.varve.server.metadata.ClusterMetadata} is its entry point.
 */
package io.varve.server.metadata;
