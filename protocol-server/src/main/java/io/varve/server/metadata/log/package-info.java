// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps the cluster's metadata as events in {@code __cluster_metadata}: their format, the state they fold
 * into, their replay at a start.
 */
package io.varve.server.metadata.log;
