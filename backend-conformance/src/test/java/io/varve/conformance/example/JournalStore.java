// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.example;

import io.varve.core.record.BatchValidator;
import io.varve.core.record.InvalidBatchException;
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
import io.varve.core.spi.StorageException.Kind;
import io.varve.core.spi.support.Fencing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/** A handle: checks that it still may, and locks the partition for every call. Thread-safe. */
final class JournalStore implements PartitionStore {
    final JournalStorage storage;
    final JournalPartition partition;
    final Fencing.Token token;
    private PartitionSettings settings;

    JournalStore(JournalStorage storage, JournalPartition partition, Fencing.Token token, PartitionSettings settings) {
        this.storage = storage;
        this.partition = partition;
        this.token = token;
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    /** @throws StorageException what was wrong, if this handle or the device may not or can not */
    void sync() {
        synchronized (partition) {
            token.requireWriter();
        }
        partition.sync();
    }

    @Override
    public PartitionId id() {
        return partition.id();
    }

    @Override
    public Extent extent() {
        synchronized (partition) {
            token.requireOpen();
            return partition.extent();
        }
    }

    @Override
    public void settings(PartitionSettings settings) {
        synchronized (partition) {
            token.requireWriter();
            this.settings = Objects.requireNonNull(settings, "settings");
        }
    }

    @Override
    public void append(BatchRun run) {
        synchronized (partition) {
            token.requireWriter();
            partition.append(run, settings.segments(), storage.clock.millis());
        }
    }

    @Override
    public void seal() {
        synchronized (partition) {
            token.requireWriter();
            partition.seal();
        }
    }

    @Override
    public BatchSlice read(long offset, long endOffset, int maxBytes) {
        synchronized (partition) {
            token.requireOpen();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (JournalBatch batch : partition.find(offset, endOffset, maxBytes)) {
                StorageException damage = addTo(bytes, batch);
                if (damage != null && bytes.size() == 0) {
                    throw damage;
                }
                if (damage != null) {
                    break; // what comes before it is sound
                }
            }
            return new JournalSlice(ByteBuffer.wrap(bytes.toByteArray()));
        }
    }

    /** @return why the batch was not added, or null */
    private StorageException addTo(ByteArrayOutputStream all, JournalBatch batch) {
        try {
            ByteBuffer bytes = partition.bytes(batch);
            BatchValidator.validate(bytes, 0, bytes.limit());
            all.write(bytes.array(), 0, bytes.limit());
            return null;
        } catch (InvalidBatchException e) {
            return new StorageException(
                    Kind.CORRUPT,
                    id() + " is damaged at byte " + batch.at() + " of its journal, offset " + batch.base(),
                    e);
        } catch (IOException e) {
            throw new StorageException(Kind.RETRY, id() + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public OffsetAt offsetAt(long timestamp) {
        synchronized (partition) {
            token.requireOpen();
            return partition.offsetAt(timestamp);
        }
    }

    @Override
    public List<Segment> segments() {
        synchronized (partition) {
            token.requireOpen();
            return partition.segments();
        }
    }

    @Override
    public void trimTo(long start) {
        synchronized (partition) {
            token.requireWriter();
            partition.trimTo(start);
        }
    }

    @Override
    public void truncateTo(long end) {
        synchronized (partition) {
            token.requireWriter();
            partition.truncateTo(end);
        }
    }

    @Override
    public void replace(List<Segment> old, BatchSource cleaned) {
        List<JournalSegment> replaced;
        synchronized (partition) {
            token.requireWriter();
            replaced = partition.sealed(old);
        }
        ByteBuffer body = partition.gather(old, cleaned);
        synchronized (partition) {
            token.requireWriter();
            partition.replace(replaced, body);
        }
    }

    @Override
    public Snapshots snapshots() {
        return new JournalSnapshots(this);
    }

    @Override
    public void close() {
        synchronized (partition) {
            token.close();
        }
    }
}
