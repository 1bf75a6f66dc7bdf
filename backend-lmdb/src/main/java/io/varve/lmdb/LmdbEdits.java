// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.BatchSource;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.ContractChecks;
import io.varve.core.spi.support.Fencing;
import java.util.List;
import java.util.Set;
import org.lmdbjava.LmdbException;

/**
 * Edits committed batches of a partition, for one of its handles: truncates them, and replaces segments by
 * compacted batches. Each edit first commits the staged changes, and then checks the handle and the partition
 * again with the writer's lock held. Thread-safe.
 */
final class LmdbEdits {
    private final LmdbPartition partition;
    private final LmdbEnvironment environment;
    private final GroupCommit commits;
    private final Fencing.Token token;

    LmdbEdits(LmdbPartition partition, GroupCommit commits, Fencing.Token token) {
        this.partition = partition;
        this.environment = partition.environment;
        this.commits = commits;
        this.token = token;
    }

    /**
     * Drops every batch that has an offset at or above {@code end}, as
     * {@link io.varve.core.spi.PartitionStore#truncateTo} specifies.
     *
     * @param end the lowest offset to drop
     */
    void truncateTo(long end) {
        environment.writer.lock();
        try {
            if (requireTruncatable(end)) {
                commitStaged("truncating"); // the batches that are left must be readable
            }
            LmdbTruncation truncation;
            synchronized (partition) {
                token.requireWriter();
                partition.requireWritable();
                if (end >= partition.end()) {
                    return;
                }
                truncation = new LmdbTruncation(partition, end);
                partition.beginEdit();
            }
            try {
                truncation.run();
            } finally {
                partition.endEdit();
            }
        } catch (LmdbException e) {
            throw LmdbErrors.write("truncating " + partition.id, environment.directory, e);
        } finally {
            environment.writer.unlock();
        }
    }

    /** @return true if some staged batches may be left */
    private boolean requireTruncatable(long end) {
        synchronized (partition) {
            token.requireWriter();
            partition.requireWritable();
            ContractChecks.requireTruncation(partition.id, end);
            return end > partition.committedEnd() && partition.hasStaged();
        }
    }

    private void commitStaged(String what) {
        StorageException failure = commits.commit(Set.of(partition));
        if (failure != null) {
            throw new StorageException(
                    StorageException.Kind.FULL, what + " " + partition.id + ": " + failure.getMessage(), failure);
        }
    }

    /**
     * Replaces segments by batches, as {@link io.varve.core.spi.PartitionStore#replace} specifies.
     *
     * @param old sealed, adjacent segments
     * @param cleaned the batches that replace them; called without any lock held
     */
    void replace(List<Segment> old, BatchSource cleaned) {
        long editCount;
        synchronized (partition) {
            token.requireWriter();
            partition.requireWritable();
            LmdbReplacement.find(partition, old);
            editCount = partition.committedView().edits();
        }
        commitStaged("replacing segments of"); // so that every segment to be replaced is in the environment
        try (LmdbReplacement replacement = new LmdbReplacement(partition, old)) {
            replacement.write(cleaned);
            swap(replacement, old, editCount);
        } catch (LmdbException e) {
            throw LmdbErrors.write("replacing segments of " + partition.id, environment.directory, e);
        } finally {
            commits.reclaim();
        }
    }

    /**
     * Finds the segments again; call with the partition locked. A truncation may have led to other batches at
     * the same offsets. Equal segments do not show that; the count of edits does.
     */
    private int findAgain(List<Segment> old, long editCount) {
        try {
            if (partition.committedView().edits() == editCount) {
                return LmdbReplacement.find(partition, old);
            }
        } catch (StorageException e) {
            throw trimmedMeanwhile(old, e);
        }
        throw trimmedMeanwhile(old, null);
    }

    private StorageException trimmedMeanwhile(List<Segment> old, StorageException cause) {
        return new StorageException(
                StorageException.Kind.RETRY,
                partition.id + ": segments were trimmed or truncated while they were being replaced, from "
                        + old.get(0).baseOffset() + " on",
                cause);
    }

    private void swap(LmdbReplacement replacement, List<Segment> old, long editCount) {
        environment.writer.lock();
        try {
            int first;
            synchronized (partition) {
                token.requireWriter();
                first = findAgain(old, editCount);
                partition.beginEdit();
            }
            try {
                replacement.swap(first);
            } finally {
                partition.endEdit();
            }
        } finally {
            environment.writer.unlock();
        }
    }
}
