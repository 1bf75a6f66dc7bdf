// SPDX-License-Identifier: Apache-2.0
package io.varve.server.explanation;

import io.varve.core.retention.DeletionCause;
import io.varve.core.retention.FutureTimestamps;
import io.varve.core.retention.Hold;
import io.varve.core.retention.LocalFate;
import io.varve.core.retention.Obstacle;
import io.varve.core.retention.RetentionExplanation;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.retention.SegmentFate;
import io.varve.core.retention.TierLimits;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Tiering;
import io.varve.server.command.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Puts an explanation of one partition into words for people: its limits and holds, and a row for each
 * segment. Immutable.
 */
public final class ExplanationTable {
    private static final List<String> HEAD =
            List.of("offsets", "bytes", "tier", "records of", "goes", "because", "in the way");
    /** The heading of one more column, for a topic with a remote tier. */
    private static final String LOCAL_COPY = "local copy";

    private static final Set<Integer> NUMBERS = Set.of(HEAD.indexOf("bytes"));

    private final RetentionExplanation explained;
    private final long now;

    private ExplanationTable(RetentionExplanation explained) {
        this.explained = explained;
        this.now = explained.nowMs();
    }

    static String print(List<RetentionExplanation> partitions) {
        return partitions.stream().map(one -> of(one).text()).collect(Collectors.joining("\n\n"));
    }

    /**
     * Puts an explanation into words.
     *
     * @param explained the explanation
     * @return its words
     */
    public static ExplanationTable of(RetentionExplanation explained) {
        return new ExplanationTable(explained);
    }

    private String text() {
        List<List<String>> table = new ArrayList<>();
        table.add(head());
        table.addAll(rows());
        List<String> lines = new ArrayList<>(summary());
        lines.addAll(TextTable.lines(table, NUMBERS));
        return String.join("\n", lines);
    }

    /** @return the partition, its limits and its holds, one a line */
    public List<String> summary() {
        List<String> lines = new ArrayList<>();
        lines.add(explained.partition() + ": offsets " + explained.log().startOffset() + " up to "
                + explained.log().highWatermark() + "; " + limits());
        lines.add("checked every " + TimeFormat.span(explained.rules().config().checkIntervalMs()) + ", next at "
                + TimeFormat.at(explained.nextCheckMs(), now) + "; the next check " + nextCheck());
        for (Hold hold : explained.rules().limits().holds()) {
            String to = hold.to() == Long.MAX_VALUE ? "on" : "up to " + hold.to();
            lines.add("hold " + hold.name() + " pins offsets from " + hold.from() + " " + to);
        }
        return lines;
    }

    /** @return the headings of {@link #rows} */
    public List<String> head() {
        return withLocal(HEAD, LOCAL_COPY);
    }

    /** @return a row for each segment, oldest first */
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < explained.plan().fates().size(); i++) {
            rows.add(withLocal(row(i), tiered() ? localCopy(i) : ""));
        }
        return rows;
    }

    private boolean tiered() {
        return !explained.local().fates().isEmpty();
    }

    private List<String> withLocal(List<String> row, String localCopy) {
        if (!tiered()) {
            return row;
        }
        List<String> longer = new ArrayList<>(row);
        longer.add(localCopy);
        return longer;
    }

    private String nextCheck() {
        long start = startAtNextCheck();
        return start > explained.log().startOffset() ? "moves the start to " + start : "deletes nothing";
    }

    private long startAtNextCheck() {
        return explained.plan().going(Math.max(now, explained.nextCheckMs())).stream()
                .mapToLong(fate -> fate.segment().endOffset())
                .reduce(explained.log().startOffset(), Math::max);
    }

    private String limits() {
        return total() + (tiered() ? local() : "");
    }

    private String local() {
        TierLimits tier = explained.rules().tier();
        RetentionLimits total = explained.rules().limits();
        return "; local copies: local.retention.ms " + ofTime(tier.localMs(total)) + ", local.retention.bytes "
                + ofBytes(tier.localBytes(total))
                + (tier.tiering() == Tiering.READ_ONLY ? ", and remote.log.copy.disable is true" : "");
    }

    private static String ofTime(long ms) {
        return ms < 0 ? "not limited" : ms + " (" + TimeFormat.span(ms) + ")";
    }

    private static String ofBytes(long bytes) {
        return bytes < 0 ? "not limited" : Long.toString(bytes);
    }

    private String total() {
        RetentionLimits limits = explained.rules().limits();
        if (!limits.delete()) {
            return "cleanup.policy is without delete";
        }
        return "retention.ms " + ofTime(limits.retentionMs()) + ", retention.bytes " + ofBytes(limits.retentionBytes())
                + ", segments of at most " + TimeFormat.span(explained.rules().segmentMs())
                + (explained.rules().config().futureTimestamps() == FutureTimestamps.KAFKA
                        ? ", timestamps in the future count"
                        : "");
    }

    private List<String> row(int i) {
        SegmentFate fate = explained.plan().fates().get(i);
        Segment segment = fate.segment();
        return List.of(
                segment.baseOffset() + " to " + segment.endOffset() + (segment.sealed() ? "" : " (active)"),
                Long.toString(segment.bytes()),
                segment.tier().name().toLowerCase(Locale.ROOT),
                times(i, segment),
                goes(i, fate),
                because(fate),
                fate.obstacles().isEmpty() || fate.goesBy(now)
                        ? "-"
                        : fate.obstacles().stream()
                                .map(obstacle -> inTheWay(i, obstacle))
                                .collect(Collectors.joining("; ")));
    }

    private String times(int i, Segment segment) {
        if (segment.bytes() == 0) {
            return "-";
        }
        long first = explained.firstTimestamps().get(i);
        long last = segment.maxTimestamp();
        if (last < 0) {
            return segment.lastAppendMs() < 0 ? "unknown" : "appended " + TimeFormat.at(segment.lastAppendMs(), now);
        }
        String future = last > segment.lastAppendMs() && segment.lastAppendMs() >= 0 && last > now
                ? ", appended " + TimeFormat.at(segment.lastAppendMs(), now)
                : "";
        boolean span = first >= 0 && first < last;
        return (span ? TimeFormat.instant(first) + " to " : "") + TimeFormat.at(last, now) + future;
    }

    private String goes(int i, SegmentFate fate) {
        String more = fate.moreBytes() > 0 ? "when " + fate.moreBytes() + " more bytes have come" : "";
        if (fate.goesMs() == SegmentFate.UNKNOWN) {
            boolean barred = fate.obstacles().stream()
                    .anyMatch(obstacle ->
                            obstacle.kind() == Obstacle.Kind.HOLD || obstacle.kind() == Obstacle.Kind.OLDER_SEGMENT);
            return fate.cause() == DeletionCause.SIZE && !more.isEmpty() && !barred ? more : "stays";
        }
        if (fate.goesBy(now)) {
            return "with the next check";
        }
        String time = TimeFormat.at(fate.goesMs(), now);
        long latest = explained.latestMs(i);
        if (latest > fate.goesMs()) {
            time += ", at the latest " + TimeFormat.at(latest, now);
        }
        return more.isEmpty() ? time : time + ", or " + more;
    }

    private static String because(SegmentFate fate) {
        return switch (fate.cause()) {
            case TIME -> "older than retention.ms";
            case SIZE -> "retention.bytes after it";
            case LOG_START -> "below the log start";
            case TIER_OFF -> "remote.storage.enable is false";
            case NONE -> "-";
        };
    }

    /** @return when the local copy of a segment goes, and why it is still there */
    private String localCopy(int i) {
        LocalFate fate = explained.local().fates().get(i);
        if (!explained.plan().fates().get(i).segment().isLocal()) {
            return "is gone";
        }
        if (fate.goesBy(now)) {
            return "goes with the next check: " + becauseLocal(i, fate);
        }
        String obstacles =
                fate.obstacles().stream().map(obstacle -> inTheWay(i, obstacle)).collect(Collectors.joining("; "));
        if (fate.goesMs() != SegmentFate.UNKNOWN) {
            return "goes " + TimeFormat.at(fate.goesMs(), now) + ": " + becauseLocal(i, fate)
                    + (obstacles.isEmpty() ? "" : "; " + obstacles);
        }
        String more = fate.moreBytes() > 0 ? "goes when " + fate.moreBytes() + " more bytes have come" : "stays";
        return obstacles.isEmpty() ? more : "stays: " + obstacles;
    }

    private String becauseLocal(int i, LocalFate fate) {
        if (fate.goesMs() == explained.plan().fates().get(i).goesMs()) {
            return "with its segment";
        }
        return switch (fate.cause()) {
            case TIME -> "older than local.retention.ms";
            case SIZE -> "local.retention.bytes after it";
            case LOG_START, TIER_OFF, NONE -> "with its segment";
        };
    }

    private String inTheWay(int i, Obstacle obstacle) {
        return switch (obstacle.kind()) {
            case HOLD -> "hold " + obstacle.detail();
            case OLDER_SEGMENT -> "the segment at " + obstacle.detail() + " before it stays so long";
            case ACTIVE ->
                "it grows: each record puts it off"
                        + (explained.latestMs(i) == SegmentFate.UNKNOWN ? "" : " until it is full or its time is");
            case EMPTY -> "nothing in it";
            case HIGH_WATERMARK -> "not all of it is below the high watermark " + obstacle.detail();
            case NO_DELETE_POLICY -> "cleanup.policy is without delete";
            case NO_LIMIT -> "no limit is set";
            case UNKNOWN_AGE -> "nothing tells its age";
            case NOT_UPLOADED ->
                obstacle.detail().isEmpty()
                        ? "it is not in the remote tier yet"
                        : "it is not in the remote tier: " + obstacle.detail();
            case COMPACTED -> "a compacted topic keeps its local copies";
            case NO_LOCAL_LIMIT -> "no local limit is set";
            case FUTURE_TIMESTAMP ->
                "a record from the future: " + TimeFormat.at(Long.parseLong(obstacle.detail()), now);
        };
    }
}
