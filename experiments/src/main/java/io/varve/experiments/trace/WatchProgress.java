// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

/** Learns how far a watch is. */
public interface WatchProgress {
    /**
     * @param elapsedMs since the begin, in ms
     * @param records seen so far
     * @param bytes of them, as they are stored
     */
    void seen(long elapsedMs, long records, long bytes);

    /**
     * Tells that the cluster ended the watch, after records were seen.
     *
     * @param why in one line
     */
    default void endedEarly(String why) {}
}
