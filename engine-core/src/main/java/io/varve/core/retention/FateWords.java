// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import java.util.Locale;
import java.util.stream.Collectors;

/** Words the fates of segments: a server's log and an experiment's report say the same. */
public final class FateWords {
    private FateWords() {}

    /**
     * @param fate of a segment that a check deletes
     * @param limits the limits in force
     * @return why it is deleted; empty without a cause
     */
    public static String reason(SegmentFate fate, RetentionLimits limits) {
        return switch (fate.cause()) {
            case TIME ->
                (fate.isByAppend() ? "its last append" : "its newest record") + " is older than retention.ms="
                        + limits.retentionMs();
            case SIZE -> "there are retention.bytes=" + limits.retentionBytes() + " or more after it";
            case LOG_START -> "the log starts after it";
            case TIER_OFF -> "it was in the remote tier only, and remote.storage.enable is false";
            case NONE -> "";
        };
    }

    /**
     * @param fate of a segment that is still there
     * @return what keeps it, and when it goes if that is known
     */
    public static String stays(SegmentFate fate) {
        String obstacles = fate.obstacles().stream()
                .map(obstacle -> obstacle.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                        + (obstacle.detail().isEmpty() ? "" : " (" + obstacle.detail() + ")"))
                .collect(Collectors.joining(", "));
        String until = fate.goesMs() == SegmentFate.UNKNOWN
                ? ""
                : " until " + fate.goesMs() + " by " + fate.cause().name().toLowerCase(Locale.ROOT);
        return "stays" + until + (obstacles.isEmpty() ? "" : ": " + obstacles);
    }
}
