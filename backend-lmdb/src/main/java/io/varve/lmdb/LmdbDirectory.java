// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.directory.DirectoryLock;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.lmdbjava.LmdbException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens and closes a data directory, and creates, deletes and sets aside its partitions. Holds the
 * directory's lock and its environment. Thread-safe.
 *
 * @param lock keeps other processes out
 * @param environment the data
 * @param commits the environment's group commit
 * @param readerCheck releases the slots of readers that died
 */
record LmdbDirectory(DirectoryLock lock, LmdbEnvironment environment, GroupCommit commits, Scheduler.Task readerCheck)
        implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LmdbDirectory.class);
    /**
     * Ms between two checks for dead readers: a process that died during a read pins old pages until then.
     */
    private static final long READER_CHECK_MS = 60_000;

    static LmdbDirectory open(Path path, LmdbConfig config, StorageContext context) {
        DirectoryLock lock = DirectoryLock.lock(path);
        try {
            OpenedEnvironment opened = OpenedEnvironment.open(path, config, context.failPoints());
            LmdbEnvironment environment =
                    new LmdbEnvironment(path, opened, config, context.failPoints(), context.clock());
            return new LmdbDirectory(
                    lock,
                    environment,
                    new GroupCommit(environment, context.scheduler()),
                    context.scheduler().scheduleEvery(READER_CHECK_MS, environment::releaseDeadReaders));
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Finds the stored partitions, and schedules the removal of garbage that the last process has left.
     *
     * @return the partitions, without those that were set aside
     */
    List<LmdbPartition> loadPartitions() {
        List<LmdbPartition> found = new ArrayList<>();
        environment.read(txn -> {
            txn.scan(environment.databases.partitions(), ByteBuffer.allocate(0), (key, value) -> {
                PartitionId id = KeyCodec.partition(value);
                if (KeyCodec.isSetAside(value)) {
                    LOG.info(
                            "{}: {} (number {}) was set aside by an earlier start: leaving it alone",
                            environment.directory,
                            id,
                            KeyCodec.numberOf(key));
                } else {
                    found.add(new LmdbPartition(id, KeyCodec.numberOf(key), environment, commits));
                }
                return true;
            });
            return found;
        });
        if (environment.read(txn -> txn.hasEntries(environment.databases.garbage()))) {
            commits.reclaimLater();
        }
        return found;
    }

    /** Creates partitions, all or none; durable on return. */
    List<LmdbPartition> create(List<PartitionId> ids) {
        List<Integer> numbers;
        environment.writer.lock();
        try {
            numbers = environment.commit(0, LmdbFailPoints.CREATE_BEFORE_COMMIT, txn -> {
                List<Integer> given = new ArrayList<>(ids.size());
                for (PartitionId id : ids) {
                    int next = txn.nextNumber();
                    txn.cursor(txn.databases.partitions())
                            .put(KeyCodec.number(txn.key(), next), KeyCodec.partition(txn.value(), id));
                    txn.state(next, StoredPartitionState.empty(next));
                    given.add(next);
                }
                return given;
            });
        } catch (LmdbException e) {
            throw LmdbErrors.write("creating " + named(ids), environment.directory, e);
        } finally {
            environment.writer.unlock();
        }
        List<LmdbPartition> created = new ArrayList<>(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            LmdbPartition partition = new LmdbPartition(ids.get(i), numbers.get(i), environment, commits);
            partition.loaded(StoredPartitionState.empty(numbers.get(i)));
            created.add(partition);
        }
        return created;
    }

    /** Deletes partitions, all or none; durable on return. Their batches are removed in steps. */
    void delete(List<LmdbPartition> partitions) {
        boolean moreGarbage;
        environment.writer.lock();
        try {
            partitions.forEach(LmdbPartition::load);
            moreGarbage = environment.commitWithReserve(LmdbFailPoints.DELETE_BEFORE_COMMIT, txn -> {
                partitions.forEach(partition -> delete(txn, partition));
                return GarbageRemover.step(txn, environment.unpublishedStores);
            });
            environment.failPoints.hit(LmdbFailPoints.DELETE_AFTER_COMMIT);
            partitions.forEach(partition -> partition.retire("was deleted"));
        } catch (LmdbException e) {
            List<PartitionId> ids =
                    partitions.stream().map(partition -> partition.id).toList();
            throw LmdbErrors.write("deleting " + named(ids), environment.directory, e);
        } finally {
            environment.writer.unlock();
        }
        if (moreGarbage) {
            commits.reclaimLater();
        }
    }

    private static void delete(WriteTransaction txn, LmdbPartition partition) {
        int number = partition.number;
        KeyCodec.number(txn.key(), number);
        txn.delete(txn.databases.partitions());
        txn.delete(txn.databases.states());
        txn.deleteAll(txn.databases.segments(), number);
        txn.deleteAll(txn.databases.snapshots(), number);
        for (LmdbSegment segment : partition.committedView().segments()) {
            if (segment.store != number) {
                txn.garbage(segment.store, 0, Long.MAX_VALUE);
            }
        }
        txn.garbage(number, 0, Long.MAX_VALUE);
    }

    private static String named(List<PartitionId> ids) {
        return ids.size() == 1 ? ids.get(0).toString() : ids.size() + " partitions";
    }

    /**
     * Takes a partition out of use; durable on return. Its entries stay under its number.
     *
     * @return a description of where they are
     */
    String setAside(LmdbPartition partition) {
        environment.writer.lock();
        try {
            environment.commitWithReserve(
                    LmdbFailPoints.DELETE_BEFORE_COMMIT,
                    txn -> txn.cursor(txn.databases.partitions())
                            .put(
                                    KeyCodec.number(txn.key(), partition.number),
                                    KeyCodec.setAside(txn.value(), partition.id)));
            environment.failPoints.hit(LmdbFailPoints.DELETE_AFTER_COMMIT);
            partition.retire("was set aside");
        } catch (LmdbException e) {
            throw LmdbErrors.write("setting aside " + partition.id, environment.directory, e);
        } finally {
            environment.writer.unlock();
        }
        return "number " + partition.number + " in " + environment.directory;
    }

    /** Commits the staged changes of all partitions; logs a failure. */
    void commitAll() {
        StorageException failure = commits.commitAll();
        if (failure != null) {
            LOG.warn(
                    "{} could not be closed properly, and what was not committed is lost: {}",
                    environment.directory,
                    failure.getMessage());
        }
        environment.failPoints.hit(LmdbFailPoints.CLOSE_AFTER_COMMIT);
    }

    @Override
    public void close() {
        readerCheck.cancel();
        environment.close();
        lock.close();
    }
}
