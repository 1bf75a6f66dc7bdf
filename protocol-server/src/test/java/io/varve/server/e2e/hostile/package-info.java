// SPDX-License-Identifier: Apache-2.0
/** Attacks a server by hostile or faulty peers, and measures a normal client beside them. */
package io.varve.server.e2e.hostile;
