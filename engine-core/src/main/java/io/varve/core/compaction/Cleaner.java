// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import java.util.List;

/**
 * Cleans one partition: collects the newest offset of each key in its dirty part, then rewrites every segment
 * up to the end of that part without the records that newer ones replace. When the memory cannot hold all
 * keys, one cleaning ends where the collected keys end, and the next goes on there.
 *
 * <p>Thread-safe, but a partition is cleaned by one caller at a time.
 */
public final class Cleaner {
    /** The cleaned batches of a group are about to replace its segments. */
    public static final String BEFORE_REPLACE = "compaction.before-replace";
    /** The group is replaced; the checkpoint of the cleaning is not written. */
    public static final String AFTER_REPLACE = "compaction.after-replace";
    /** The checkpoint of the cleaning is written. */
    public static final String AFTER_CHECKPOINT = "compaction.after-note";

    private final CompactionConfig config;
    private final Clock clock;
    private final CompactionThrottle throttle;
    private final FailPoints failPoints;

    /**
     * @param config threads, memory and bandwidth of compaction
     * @param clock the time for delete horizons and lags
     * @param throttle limits the speed
     * @param failPoints where tests end the process
     */
    public Cleaner(CompactionConfig config, Clock clock, CompactionThrottle throttle, FailPoints failPoints) {
        this.config = config;
        this.clock = clock;
        this.throttle = throttle;
        this.failPoints = failPoints;
    }

    /**
     * Names a partition that was due at the moment of {@link #look}.
     *
     * @param log the partition
     * @param dirt its part that is to be cleaned
     */
    public record Due(CompactableLog log, DirtyPortion dirt) {
        /** @return dirty part of its bytes, 0 to 1 */
        public double ratio() {
            return dirt.ratio();
        }
    }

    /**
     * Tells whether a partition is due for cleaning.
     *
     * @param log a partition
     * @return its dirty part, or null when it is not due
     * @throws io.varve.core.spi.StorageException CORRUPT, CLOSED
     * @throws io.varve.core.record.InvalidBatchException if a batch is damaged
     */
    public Due look(CompactableLog log) {
        CompactionLimits limits = log.compaction();
        if (!limits.enabled()) {
            return null;
        }
        PartitionStore store = log.store();
        List<Segment> segments = local(store.segments());
        if (segments.size() == 1) {
            return null; // only the active segment: the usual case, without a read
        }
        DirtyPortion dirt = DirtyPortion.of(
                segments,
                limits,
                Math.max(CleanerCheckpoint.read(store), segments.get(0).baseOffset()),
                log.cleanableEnd(),
                clock.millis(),
                store::firstTimestamp);
        return dirt.isDue(limits) ? new Due(log, dirt) : null;
    }

    /** @return the segments after the last one that is in a remote tier only: those cannot be replaced */
    private static List<Segment> local(List<Segment> segments) {
        int first = 0;
        for (int i = 0; i < segments.size(); i++) {
            first = segments.get(i).isLocal() ? first : i + 1;
        }
        return segments.subList(first, segments.size());
    }

    /**
     * Cleans a partition. Appends, reads and trims continue meanwhile.
     *
     * @param due the fresh result of {@link #look}
     * @return counts of what was read, written and dropped
     * @throws io.varve.core.spi.StorageException CORRUPT, CLOSED, FENCED, FULL; RETRY if the partition was
     *     trimmed or truncated meanwhile: groups replaced before stay replaced, the others are unchanged
     * @throws io.varve.core.record.InvalidBatchException if a batch is damaged
     * @throws CompactionStoppedException if the throttle was closed
     */
    public CleaningResult clean(Due due) {
        CompactableLog log = due.log();
        DirtyPortion dirt = due.dirt();
        CompactionLimits limits = log.compaction();
        CleaningStats stats = new CleaningStats();
        KeyOffsets keys = KeyOffsets.forKeys(
                dirt.maxRecords(), config.dedupeBufferBytes() / config.threads(), config.loadFactor());
        BatchWalk walk = new BatchWalk(log.store(), Math.max(1, config.ioBufferBytes() / config.threads()), throttle);
        long keysTo = scan(log, dirt, keys, walk);
        log.saveProducerState();
        BatchFilter.FilterRules rules =
                new BatchFilter.FilterRules(clock.millis(), limits.deleteRetentionMs(), keysTo, dirt.end());
        List<Segment> old = dirt.segments().stream()
                .filter(segment -> segment.baseOffset() < keysTo)
                .toList();
        TransactionOutcomes fates = new TransactionOutcomes();
        for (List<Segment> group : SegmentGroups.of(old, log.segmentLimits())) {
            // Read again for each group, since producers append meanwhile.
            replace(log, group, walk, new BatchFilter(keys, rules, fates, log.activeProducers(), stats), fates, stats);
        }
        CleanerCheckpoint.write(log.store(), keysTo);
        failPoints.hit(AFTER_CHECKPOINT);
        return stats.result(keysTo);
    }

    private long scan(CompactableLog log, DirtyPortion dirt, KeyOffsets keys, BatchWalk walk) {
        long from = Math.max(dirt.firstDirty(), log.store().extent().start());
        TransactionOutcomes fates = new TransactionOutcomes();
        fates.expect(log.abortedTransactions(from, dirt.end()));
        KeyScan scan = new KeyScan(keys, fates, from);
        long next = from;
        while (next >= 0 && next < dirt.end()) {
            next = walk.once(next, dirt.end(), scan);
            if (next >= 0) {
                scan.reached(next);
            }
        }
        return scan.keysTo();
    }

    private void replace(
            CompactableLog log,
            List<Segment> group,
            BatchWalk walk,
            BatchFilter filter,
            TransactionOutcomes fates,
            CleaningStats stats) {
        long end = group.get(group.size() - 1).endOffset();
        long from = Math.max(group.get(0).baseOffset(), log.store().extent().start());
        fates.expect(log.abortedTransactions(Math.min(from, end), end));
        failPoints.hit(BEFORE_REPLACE);
        try {
            log.replace(group, new CleanedBatches(walk, filter, throttle, stats, from, end), fates::takeGone);
        } catch (StorageException e) {
            List<Segment> present = log.store().segments();
            boolean isPresent = group.stream().allMatch(old -> present.stream().anyMatch(old::isSamePieceAs));
            throw e.kind() == StorageException.Kind.MISUSE && !isPresent ? trimmed(log, e) : e;
        }
        failPoints.hit(AFTER_REPLACE);
    }

    /** Converts the error of a trim between the look-up of the segments and their replacement. */
    private static StorageException trimmed(CompactableLog log, StorageException e) {
        return new StorageException(
                StorageException.Kind.RETRY,
                log.store().id() + " was trimmed or truncated while it was being cleaned: " + e.getMessage(),
                e);
    }
}
