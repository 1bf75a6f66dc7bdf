// SPDX-License-Identifier: Apache-2.0
/** Netty: frames in, responses out in order, limits on everything a peer can make grow. */
package io.varve.server.net;
