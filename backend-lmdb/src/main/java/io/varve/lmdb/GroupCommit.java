// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.lmdbjava.LmdbException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits the staged changes of all partitions of an environment in one transaction. A caller that comes
 * during a commit waits for it. Most often another caller's next commit then includes its bytes. Thread-safe.
 */
final class GroupCommit implements LmdbPartition.DirtyPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    /** Ms for which garbage waits for a commit to be removed with. */
    private static final long RECLAIM_AFTER_MS = 200;

    private final LmdbEnvironment environment;
    private final Scheduler scheduler;
    private final Set<LmdbPartition> dirty = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean reclaiming = new AtomicBoolean();
    /** Whether damage among the garbage was logged; guarded by the environment's writer lock. */
    private boolean garbageIsDamaged;

    GroupCommit(LmdbEnvironment environment, Scheduler scheduler) {
        this.environment = environment;
        this.scheduler = scheduler;
    }

    @Override
    public void add(LmdbPartition partition) {
        dirty.add(partition);
    }

    @Override
    public void remove(LmdbPartition partition) {
        dirty.remove(partition);
    }

    /**
     * Commits the staged changes of all partitions.
     *
     * @return the failure, or null
     */
    StorageException commitAll() {
        return commit(List.copyOf(dirty));
    }

    /**
     * Commits the staged changes of all partitions, if one of the given partitions has any.
     *
     * @return the failure, or null. RETRY: the changes are still staged. FULL: the device failed, and the
     *     given partitions refuse further writes
     */
    StorageException commit(Collection<LmdbPartition> wanted) {
        environment.writer.lock();
        try {
            if (wanted.stream().noneMatch(LmdbPartition::isDirty)) {
                return null;
            }
            List<CapturedChanges> captures = capture();
            try {
                if (!captures.isEmpty()) {
                    write(captures);
                }
            } finally {
                captures.forEach(capture -> capture.partition().release());
            }
            return null;
        } catch (LmdbException e) {
            if (environment.isOutOfSpace(e)) {
                environment.space.refused(e.getMessage());
                return wanted.stream().noneMatch(LmdbPartition::isDirty)
                        ? null
                        : new StorageException(
                                StorageException.Kind.RETRY,
                                "no space to commit in " + environment.directory + ": " + e.getMessage(),
                                e);
            }
            return fail(wanted, e);
        } catch (UncheckedIOException e) {
            return fail(wanted, e);
        } finally {
            environment.writer.unlock();
        }
    }

    private List<CapturedChanges> capture() {
        List<LmdbPartition> ordered = new ArrayList<>(dirty);
        ordered.sort(Comparator.comparingInt(partition -> partition.number));
        List<CapturedChanges> captures = new ArrayList<>(ordered.size());
        for (LmdbPartition partition : ordered) {
            CapturedChanges capture = partition.capture();
            if (capture != null) {
                captures.add(capture);
            }
        }
        return captures;
    }

    private void write(List<CapturedChanges> captures) {
        try {
            store(captures, environment::commit);
        } catch (LmdbException e) {
            if (!environment.isOutOfSpace(e)) {
                throw e;
            }
            writeBookkeeping(captures, e);
        }
    }

    /**
     * Releases the reserve, and commits only changes that free space: others would use the reserve up. Trims
     * come last, in a commit of their own, because other staged changes of their partitions go with them.
     *
     * @throws LmdbException {@code failure}, if some changes are not committed
     */
    private void writeBookkeeping(List<CapturedChanges> captures, LmdbException failure) {
        environment.space.reserve.release();
        List<CapturedChanges> left = new ArrayList<>(captures);
        for (Predicate<CapturedChanges> kind :
                List.<Predicate<CapturedChanges>>of(this::isBookkeeping, CapturedChanges::isTrim)) {
            List<CapturedChanges> some = left.stream().filter(kind).toList();
            try {
                if (!some.isEmpty()) {
                    store(some, environment::commitFreeingSpace);
                    left.removeAll(some);
                }
            } catch (LmdbException e) {
                failure.addSuppressed(e);
            }
        }
        if (!left.isEmpty()) {
            throw failure;
        }
    }

    private boolean isBookkeeping(CapturedChanges capture) {
        return environment.space.isReservedFor(capture.partition().id) || capture.isSmall();
    }

    /** A way to commit a change. */
    @FunctionalInterface
    private interface Commit {
        boolean apply(long bytes, String failPoint, LmdbEnvironment.Change<Boolean> change);
    }

    private void store(List<CapturedChanges> captures, Commit commit) {
        long bytes = captures.stream().mapToLong(CapturedChanges::bytes).sum();
        boolean moreGarbage = commit.apply(bytes, LmdbFailPoints.SYNC_BEFORE_FORCE, txn -> {
            captures.forEach(capture -> capture.write(txn));
            return removeGarbage(txn);
        });
        environment.failPoints.hit(LmdbFailPoints.SYNC_AFTER_FORCE);
        captures.forEach(capture -> capture.partition().committed(capture));
        if (moreGarbage) {
            reclaimLater();
        }
    }

    /**
     * Removes some garbage. Damage is logged once and skipped: it must not prevent commits.
     *
     * @return true if garbage is left
     */
    private boolean removeGarbage(WriteTransaction txn) {
        try {
            return GarbageRemover.step(txn, environment.unpublishedStores);
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            if (!garbageIsDamaged) {
                garbageIsDamaged = true;
                LOG.error(
                        "{}: what was trimmed or deleted cannot be removed: an entry is shorter than it must be ({})",
                        environment.directory,
                        e.toString());
            }
            return false;
        }
    }

    private StorageException fail(Collection<LmdbPartition> wanted, RuntimeException e) {
        StorageException failure = LmdbErrors.write("committing", environment.directory, e);
        wanted.forEach(partition -> partition.failIfDirty(failure));
        return failure;
    }

    /** Schedules the removal of garbage, in case no commit comes. */
    void reclaimLater() {
        if (reclaiming.compareAndSet(false, true)) {
            scheduler.schedule(RECLAIM_AFTER_MS, this::reclaim);
        }
    }

    /** Removes some garbage, and schedules the removal of the rest. */
    void reclaim() {
        reclaiming.set(false);
        boolean more;
        environment.writer.lock();
        try {
            more = environment.commitWithReserve(LmdbFailPoints.RECLAIM_BEFORE_COMMIT, this::removeGarbage);
        } catch (LmdbException | StorageException e) {
            LOG.debug("{}: what was trimmed or deleted is not removed yet", environment.directory, e);
            return; // the next commit or the next start goes on
        } finally {
            environment.writer.unlock();
        }
        if (more) {
            reclaimLater();
        }
    }
}
