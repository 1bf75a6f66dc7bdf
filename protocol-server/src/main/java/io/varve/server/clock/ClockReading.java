// SPDX-License-Identifier: Apache-2.0
package io.varve.server.clock;

/**
 * The server's time.
 *
 * @param ms in ms since the epoch
 * @param aheadMs ms by which it is ahead of the machine's time, 0 or more
 */
public record ClockReading(long ms, long aheadMs) {}
