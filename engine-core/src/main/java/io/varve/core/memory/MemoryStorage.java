// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import io.varve.core.runtime.Clock;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import io.varve.core.spi.support.ContractChecks;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps partitions on the heap, as the executable specification of the SPI. Prefers clarity to speed: one
 * lock per partition. Limits of indexes do not apply, as there are no indexes. Thread-safe.
 *
 * <p>Tests can restart it: {@link #reopen} after a clean close, {@link #crash} as after a power cut.
 */
public final class MemoryStorage implements Storage {
    private final Map<PartitionId, MemoryPartition> partitions = new TreeMap<>();
    private final ReadableAt readable;
    private final BatchKeeper keeper;
    private final long maxBytes;
    private final AtomicLong used = new AtomicLong();
    final Clock clock;
    private boolean closed;

    /** Starts empty; appends are readable at once. */
    public MemoryStorage() {
        this(ReadableAt.AT_APPEND);
    }

    /**
     * Starts empty.
     *
     * @param readable when what is appended can be read
     */
    public MemoryStorage(ReadableAt readable) {
        this(readable, Clock.system());
    }

    /**
     * Starts empty.
     *
     * @param readable when what is appended can be read
     * @param clock tells when it was appended
     */
    public MemoryStorage(ReadableAt readable, Clock clock) {
        this(readable, clock, BatchKeeper.BYTES);
    }

    /**
     * Starts empty.
     *
     * @param readable when what is appended can be read
     * @param clock tells when it was appended
     * @param keeper in which form batches are kept
     */
    public MemoryStorage(ReadableAt readable, Clock clock, BatchKeeper keeper) {
        this(readable, clock, keeper, Long.MAX_VALUE);
    }

    /**
     * Starts empty, on a device of a limited size: an append that does not fit is refused with FULL.
     *
     * @param readable when what is appended can be read
     * @param clock tells when it was appended
     * @param keeper in which form batches are kept
     * @param maxBytes max bytes of all batches, whatever the form they are kept in
     */
    public MemoryStorage(ReadableAt readable, Clock clock, BatchKeeper keeper, long maxBytes) {
        this.readable = readable;
        this.clock = clock;
        this.keeper = keeper;
        this.maxBytes = maxBytes;
    }

    /** @throws StorageException FULL if so many more bytes do not fit */
    void requireSpace(PartitionId id, int bytes) {
        if (used.get() + bytes > maxBytes) {
            throw new StorageException(
                    StorageException.Kind.FULL,
                    id + ": " + bytes + " bytes do not fit, " + used.get() + " of " + maxBytes + " are used");
        }
    }

    /** Notes that a partition has taken or freed bytes. */
    void resized(long bytes) {
        used.addAndGet(bytes);
    }

    /**
     * Cuts the power: handles fail with CLOSED, and unsynced appends are lost.
     *
     * @return a storage on the remaining content
     */
    public MemoryStorage crash() {
        return crash(clock);
    }

    /**
     * As {@link #crash()}, for a process with another clock.
     *
     * @param next the clock of the storage that is returned
     */
    public synchronized MemoryStorage crash(Clock next) {
        MemoryStorage restarted = afterCrash(next);
        shut();
        return restarted;
    }

    /**
     * Returns what {@link #crash()} would leave now; this storage goes on.
     *
     * @return a storage with a copy of what is durable, open
     */
    public MemoryStorage afterCrash() {
        return afterCrash(clock);
    }

    private synchronized MemoryStorage afterCrash(Clock next) {
        MemoryStorage restarted = new MemoryStorage(readable, next, keeper, maxBytes);
        for (MemoryPartition partition : partitions.values()) {
            synchronized (partition) {
                MemoryPartition left = partition.afterCrash();
                restarted.partitions.put(partition.id, left);
                restarted.resized(left.bytes());
            }
        }
        return restarted;
    }

    /**
     * Closes this storage, if it is open, and starts again on its content.
     *
     * @return a storage on the same content
     */
    public synchronized MemoryStorage reopen() {
        close();
        return crash();
    }

    @Override
    public synchronized Set<PartitionId> partitions() {
        return new TreeSet<>(partitions.keySet());
    }

    @Override
    public synchronized PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
        requireOpen();
        MemoryPartition partition = partitions.get(id);
        if (partition == null) {
            requireNoOtherIncarnation(id);
            partition = new MemoryPartition(id, readable, keeper);
            partitions.put(id, partition);
        }
        synchronized (partition) {
            partition.fencing.requireOpenable(epoch);
            partition.makeReadable();
            return new MemoryStore(this, partition, partition.fencing.open(epoch), settings);
        }
    }

    private void requireNoOtherIncarnation(PartitionId id) {
        for (PartitionId other : partitions.keySet()) {
            if (other.partition() == id.partition() && other.topic().equals(id.topic())) {
                ContractChecks.requireSameIncarnation(id, other, "");
            }
        }
    }

    @Override
    public synchronized void delete(PartitionId id) {
        requireOpen();
        MemoryPartition partition = partitions.remove(id);
        if (partition != null) {
            synchronized (partition) {
                partition.fencing.end("was deleted");
                resized(-partition.bytes());
            }
        }
    }

    @Override
    public String setAside(PartitionId id) {
        delete(id); // there is no place in memory where a user could find it later
        return "nowhere: " + id + " was in memory only";
    }

    @Override
    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
        synchronized (this) {
            requireOpen();
        }
        Map<PartitionId, StorageException> failures = new HashMap<>();
        for (PartitionStore handle : dirty) {
            if (!(handle instanceof MemoryStore store) || store.storage != this) {
                throw ContractChecks.foreignHandle(handle);
            }
            try {
                store.sync();
            } catch (StorageException e) {
                failures.put(store.id(), e);
            }
        }
        return failures.isEmpty() ? SyncFailures.NONE : new SyncFailures(failures);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        for (MemoryPartition partition : partitions.values()) {
            synchronized (partition) {
                partition.sync();
            }
        }
        shut();
    }

    private void shut() {
        closed = true;
        for (MemoryPartition partition : partitions.values()) {
            synchronized (partition) {
                partition.fencing.end("is in a storage that is closed");
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new StorageException(StorageException.Kind.CLOSED, "the memory storage is closed");
        }
    }
}
