// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.Extent;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.Fencing;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Serves the calls of one handle on a partition: checks that the handle is not fenced, and reserves memory
 * for its writes. Thread-safe.
 */
final class LmdbStore implements PartitionStore {
    /** Max commits that an append waits for until its bytes can be staged. */
    private static final int MAX_COMMITS = 16;

    final LmdbStorage storage;
    final LmdbPartition partition;
    private final LmdbEnvironment environment;
    private final GroupCommit commits;
    final Fencing.Token token;
    private final LmdbEdits edits;
    private volatile PartitionSettings settings;

    LmdbStore(
            LmdbStorage storage,
            LmdbPartition partition,
            GroupCommit commits,
            Fencing.Token token,
            PartitionSettings settings) {
        this.storage = storage;
        this.partition = partition;
        this.environment = partition.environment;
        this.commits = commits;
        this.token = token;
        this.edits = new LmdbEdits(partition, commits, token);
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    @Override
    public PartitionId id() {
        return partition.id;
    }

    @Override
    public Optional<Path> directory() {
        return Optional.of(environment.directory);
    }

    @Override
    public Extent extent() {
        token.requireOpen();
        return partition.extent();
    }

    @Override
    public void settings(PartitionSettings settings) {
        token.requireWriter();
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    @Override
    public void append(BatchRun run) {
        int size = run.bytes().remaining();
        if (size > 0) {
            synchronized (partition) {
                token.requireWriter();
                partition.requireWritable();
            }
            environment.space.require(partition.id, size);
        }
        staging(size, () -> partition.append(run, settings.segments()));
        environment.failPoints.hit(LmdbFailPoints.APPEND_AFTER_STAGING);
    }

    @Override
    public void seal() {
        synchronized (partition) {
            partition.awaitEdits(); // the swap must find the segments that it replaces
            token.requireWriter();
            partition.requireWritable();
            partition.seal();
        }
    }

    @Override
    public long sealedEnd() {
        token.requireOpen();
        return partition.sealedEnd();
    }

    @Override
    public boolean appendWaits(int bytes) {
        return !environment.staging.hasSpace(bytes);
    }

    @Override
    public void awaitSpace(int bytes) {
        for (int commit = 0; appendWaits(bytes) && commit < MAX_COMMITS && !partition.fencing.hasEnded(); commit++) {
            StorageException failure = commits.commitAll();
            if (failure != null && failure.kind() == StorageException.Kind.RETRY) {
                return;
            }
        }
    }

    /**
     * Stages a write as the partition's writer.
     *
     * @param bytes memory to reserve for it
     */
    void staging(int bytes, Runnable write) {
        reserve(bytes);
        boolean staged = false;
        try {
            synchronized (partition) {
                token.requireWriter();
                partition.requireWritable();
                write.run();
                staged = true;
            }
        } finally {
            if (!staged) {
                environment.staging.release(bytes);
            }
        }
    }

    /**
     * Reserves memory for bytes to be staged. When there is none, this first commits the staged changes, so
     * that appends slow down to the pace of the device. The wait ends after {@link #MAX_COMMITS} commits,
     * even if other appends have used the memory each time.
     */
    private void reserve(int bytes) {
        for (int commit = 0; !environment.staging.reserve(bytes); commit++) {
            token.requireWriter();
            if (commit == MAX_COMMITS) {
                throw new StorageException(
                        StorageException.Kind.RETRY,
                        "append to " + partition.id + ": others were faster to stage theirs after each of " + commit
                                + " commits, and " + environment.staging.reserved() + " bytes wait for the next one");
            }
            StorageException failure = commits.commitAll();
            // If the device failed, the staged changes are lost, and their memory is free for other
            // partitions.
            if (failure != null && failure.kind() == StorageException.Kind.RETRY) {
                throw new StorageException(
                        StorageException.Kind.FULL,
                        "append to " + partition.id + ": " + environment.staging.reserved()
                                + " bytes wait for a commit already, and that failed: " + failure.getMessage(),
                        failure);
            }
            synchronized (partition) {
                partition.requireWritable();
            }
        }
    }

    /** Runs a change that stages no bytes, as the partition's writer. */
    void writing(Runnable write) {
        synchronized (partition) {
            token.requireWriter();
            write.run();
        }
    }

    @Override
    public BatchSlice read(long offset, long endOffset, int maxBytes) {
        token.requireOpen();
        BatchSlice slice = new LmdbPartitionReader(partition).read(offset, endOffset, maxBytes);
        if (partition.fencing.hasEnded()) {
            slice.close();
            token.requireOpen();
        }
        return slice;
    }

    @Override
    public boolean readWaits(long offset) {
        return partition.readWaits(offset);
    }

    @Override
    public OffsetAt offsetAt(long timestamp) {
        token.requireOpen();
        return new LmdbPartitionReader(partition).offsetAt(timestamp);
    }

    @Override
    public List<Segment> segments() {
        token.requireOpen();
        return partition.committedView().segmentList();
    }

    @Override
    public void trimTo(long start) {
        synchronized (partition) {
            partition.awaitEdits(); // the swap must find the segments that it replaces
            token.requireWriter();
            partition.trimTo(start);
        }
    }

    @Override
    public void truncateTo(long end) {
        edits.truncateTo(end);
    }

    @Override
    public void replace(List<Segment> old, BatchSource cleaned) {
        edits.replace(old, cleaned);
    }

    @Override
    public Snapshots snapshots() {
        return new LmdbSnapshots(this);
    }

    @Override
    public void close() {
        token.close();
    }
}
