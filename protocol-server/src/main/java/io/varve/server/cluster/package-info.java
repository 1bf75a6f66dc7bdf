// SPDX-License-Identifier: Apache-2.0
/**
 * Describes this cluster and the endpoints of this node. Depends on no other package; every package may use
 * it.
 */
package io.varve.server.cluster;
