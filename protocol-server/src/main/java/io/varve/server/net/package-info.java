// SPDX-License-Identifier: Apache-2.0
/**
 * Serves connections by Netty: reads frames, writes responses in order, and limits all memory that a peer can
 * make grow.
 */
package io.varve.server.net;
