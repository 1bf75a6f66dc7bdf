// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

/**
 * The state of a partition as the checkpoints and the marker of a clean shutdown have it, before its files
 * are read.
 *
 * @param start the log start offset
 * @param durableEnd the recovery point: every batch below it was forced; 0 when it is not known
 * @param known false when the recovery point is lost: then any batch may have been forced
 * @param clean true if the data directory was closed properly
 */
record PriorState(long start, long durableEnd, boolean known, boolean clean) {
    /** @return true if the offset may have been forced */
    boolean mayBeDurable(long offset) {
        return !known || offset < durableEnd;
    }
}
