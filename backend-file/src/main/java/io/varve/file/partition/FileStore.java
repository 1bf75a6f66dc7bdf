// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

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
import io.varve.file.disk.DirectorySpace;
import io.varve.file.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Serves the calls of one handle on a partition: checks before each call that the handle is not fenced, and
 * orders writes. Thread-safe.
 */
public final class FileStore implements PartitionStore {
    private final FilePartition partition;
    private final Fencing.Token token;
    private final Checkpointer checkpointer;
    private volatile PartitionSettings settings;
    /** Bytes appended since the last sync in the background was scheduled; guarded by the partition. */
    private long unsynced;

    /**
     * @param token tells whether the handle is fenced or closed
     * @param settings when to begin another segment, and how long files of trimmed ones stay
     * @param checkpointer counts appended bytes
     */
    public FileStore(
            FilePartition partition, Fencing.Token token, PartitionSettings settings, Checkpointer checkpointer) {
        this.partition = partition;
        this.token = token;
        this.settings = Objects.requireNonNull(settings, "settings");
        this.checkpointer = checkpointer;
    }

    /** @return the handle's partition */
    public FilePartition partition() {
        return partition;
    }

    @Override
    public PartitionId id() {
        return partition.id();
    }

    @Override
    public Optional<Path> directory() {
        return Optional.of(partition.dataDirectory().path());
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
        synchronized (partition) {
            beginWrite();
            int bytes = run.bytes().remaining();
            partition.append(run, settings.segments());
            unsynced += bytes;
            if (checkpointer.isSyncDue(unsynced)) {
                unsynced = 0;
                checkpointer.syncSoon(this);
            }
            checkpointer.appended(partition.dataDirectory(), bytes);
        }
    }

    @Override
    public void seal() {
        synchronized (partition) {
            beginWrite();
            partition.seal();
        }
    }

    @Override
    public long sealedEnd() {
        token.requireOpen();
        return partition.view().active().base;
    }

    @Override
    public BatchSlice read(long offset, long endOffset, int maxBytes) {
        token.requireOpen();
        return partition.read(offset, endOffset, maxBytes);
    }

    @Override
    public boolean readWaits(long offset) {
        return partition.readWaits(offset);
    }

    @Override
    public OffsetAt offsetAt(long timestamp) {
        token.requireOpen();
        return partition.offsetAt(timestamp);
    }

    @Override
    public List<Segment> segments() {
        token.requireOpen();
        return partition.segments();
    }

    @Override
    public void trimTo(long start) {
        synchronized (partition) {
            beginWrite();
            new PartitionTrim(partition, settings.segments()).run(start);
        }
    }

    @Override
    public void truncateTo(long end) {
        synchronized (partition) {
            beginWrite();
            partition.durability().requireSound();
            new PartitionTruncation(partition).run(end);
        }
    }

    @Override
    public void replace(List<Segment> old, BatchSource cleaned) {
        token.requireWriter();
        partition.durability().requireSound();
        SegmentReplacement replacement = new SegmentReplacement(partition, old, settings.segments());
        synchronized (partition) {
            beginWrite();
            replacement.requirePresent();
        }
        Path aside = writeAside(replacement, cleaned);
        synchronized (partition) {
            try {
                token.requireWriter();
                replacement.commit(aside);
            } catch (StorageException e) {
                Disk.discard(aside, e);
                throw e;
            }
        }
    }

    /** Begins a write: makes the partition's files, if it is new. Call with its monitor held. */
    private void beginWrite() {
        token.requireWriter();
        partition.makeFiles();
    }

    private Path writeAside(SegmentReplacement replacement, BatchSource cleaned) {
        try {
            return replacement.write(cleaned);
        } catch (StorageException e) {
            token.requireWriter(); // a deletion may have removed the directory meanwhile
            throw e;
        }
    }

    @Override
    public Snapshots snapshots() {
        return new FileSnapshots(this);
    }

    @Override
    public void close() {
        token.close();
    }

    /**
     * Makes the partition durable.
     *
     * @throws StorageException FENCED, CLOSED, or as {@link PartitionSync#sync}
     */
    void sync() {
        token.requireWriter();
        partition.durability().sync();
        token.requireWriter(); // otherwise another writer may have replaced the bytes that were forced
    }

    /** @throws StorageException FENCED or CLOSED if the handle may not write any more */
    void requireWriter() {
        token.requireWriter();
    }

    /** @throws StorageException CLOSED if the handle is closed or the partition has ended */
    void requireOpen() {
        token.requireOpen();
    }

    /**
     * Runs a small write as the partition's writer.
     *
     * @throws StorageException FENCED or CLOSED; or FULL if the write fails
     */
    void writing(DirectorySpace.Write write) {
        synchronized (partition) {
            beginWrite();
            try {
                write.run();
            } catch (IOException e) {
                throw Disk.writeFailure("writing a snapshot", partition.path(), e);
            }
        }
    }
}
