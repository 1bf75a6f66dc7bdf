// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

/**
 * What a client that fetches gets.
 *
 * @param records true if it gets the records that were found
 * @param throttleMs ms for which it is to be held back, 0 or more
 */
public record Allowance(boolean records, int throttleMs) {
    /** What a client gets that does not exceed its quota. */
    public static final Allowance UNLIMITED = new Allowance(true, 0);
}
