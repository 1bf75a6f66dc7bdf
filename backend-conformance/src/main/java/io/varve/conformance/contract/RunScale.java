// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import io.varve.conformance.StorageConformance;

/**
 * How long the checks without an end of their own go on, and with which seed. {@link
 * StorageConformance#scale()} may be overridden to ask for more, or less, than a build does.
 *
 * @param seed says what happens in everything that is random
 * @param operations steps of the random histories, all together
 * @param haltsPerFailPoint at how many hits of each failpoint a process is made to halt
 * @param kills how many processes are killed at a random moment
 * @param partitions how many are opened in one storage
 */
public record RunScale(long seed, int operations, int haltsPerFailPoint, int kills, int partitions) {
    /** What takes a build some seconds. */
    public static final RunScale BUILD = new RunScale(1, 1500, 1, 5, 300);
}
