// SPDX-License-Identifier: Apache-2.0
/**
 * What clients are told of this cluster, and where they reach this node. Knows no other package, and any may
 * know it.
 */
package io.varve.server.cluster;
