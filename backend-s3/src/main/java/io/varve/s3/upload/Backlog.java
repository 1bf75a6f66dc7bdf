// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

/**
 * Says how much waits for its upload: sealed segments that are on this machine only.
 *
 * @param segments number of segments
 * @param bytes bytes of their batches
 * @param oldestAppendMs time of the last append to the oldest of them, in ms since the epoch; -1 if there is
 *     none, or it is not known
 */
public record Backlog(int segments, long bytes, long oldestAppendMs) {
    /** Nothing waits. */
    public static final Backlog NONE = new Backlog(0, 0, -1);

    /**
     * @param other another backlog
     * @return both
     */
    public Backlog plus(Backlog other) {
        long oldest = oldestAppendMs < 0 || other.oldestAppendMs < 0
                ? Math.max(oldestAppendMs, other.oldestAppendMs)
                : Math.min(oldestAppendMs, other.oldestAppendMs);
        return new Backlog(segments + other.segments, bytes + other.bytes, oldest);
    }

    /** Describes the backlog for a log line. */
    String describe(long nowMs) {
        if (segments == 0) {
            return "nothing waits";
        }
        String age = oldestAppendMs < 0 ? "" : ", the oldest for " + Math.max(0, nowMs - oldestAppendMs) / 1000 + " s";
        return segments + " segments of " + bytes + " bytes wait" + age;
    }
}
