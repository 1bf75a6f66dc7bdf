// SPDX-License-Identifier: Apache-2.0
/**
 * Tells clients the server's time, and moves it: the request's form on the wire, a client for it, and
 * {@code bin/varve-clock.sh}.
 */
package io.varve.server.clock;
