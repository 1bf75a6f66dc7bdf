// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.example;

import io.varve.core.directory.DirectoryLock;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import io.varve.core.spi.SyncFailures;
import io.varve.core.spi.support.ContractChecks;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A directory of journals. Thread-safe. */
final class JournalStorage implements Storage {
    private static final String SUFFIX = ".journal";

    private final Path directory;
    private final FailPoints failPoints;
    final Clock clock;
    private final DirectoryLock lock;
    private final Map<PartitionId, JournalPartition> partitions = new HashMap<>();
    private boolean closed;

    JournalStorage(StorageContext context, boolean writesAgain) {
        directory = context.directories().get(0);
        failPoints = context.failPoints();
        clock = context.clock();
        try {
            lock = DirectoryLock.lock(directory);
            load(writesAgain);
        } catch (IOException e) {
            throw new StorageException(Kind.MISUSE, directory + " cannot be used: " + e.getMessage(), e);
        }
    }

    private void load(boolean writesAgain) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(SUFFIX)).toList()) {
                JournalPartition partition = JournalPartition.load(file, failPoints, writesAgain);
                if (partition.id() == null) {
                    partition.delete(); // its creation did not return
                } else {
                    partitions.put(partition.id(), partition);
                }
            }
        }
    }

    /** Topic names may be as long as file names, so the id has to do. */
    private Path file(PartitionId id) {
        return directory.resolve(id.topicId() + "-" + id.partition() + SUFFIX);
    }

    @Override
    public synchronized Set<PartitionId> partitions() {
        return Set.copyOf(partitions.keySet());
    }

    @Override
    public synchronized PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
        requireOpen();
        JournalPartition partition = partitions.get(id);
        if (partition == null) {
            requireNoOtherIncarnation(id);
            partition = create(id);
            partitions.put(id, partition);
        }
        synchronized (partition) {
            partition.fencing.requireOpenable(epoch);
            return new JournalStore(this, partition, partition.fencing.open(epoch), settings);
        }
    }

    private void requireNoOtherIncarnation(PartitionId id) {
        for (PartitionId other : partitions.keySet()) {
            if (other.toString().equals(id.toString())) {
                ContractChecks.requireSameIncarnation(id, other, "");
            }
        }
    }

    private JournalPartition create(PartitionId id) {
        try {
            JournalPartition created = JournalPartition.create(file(id), id, failPoints);
            forceDirectory();
            return created;
        } catch (IOException e) {
            throw new StorageException(Kind.FULL, id + " cannot be created: " + e.getMessage(), e);
        }
    }

    private void forceDirectory() throws IOException {
        failPoints.hit("journal.directory.before-force");
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public synchronized void delete(PartitionId id) {
        requireOpen();
        JournalPartition partition = partitions.remove(id);
        if (partition == null) {
            return;
        }
        synchronized (partition) {
            partition.fencing.end("was deleted");
            try {
                partition.delete();
                forceDirectory();
            } catch (IOException e) {
                throw new StorageException(Kind.RETRY, id + " cannot be deleted: " + e.getMessage(), e);
            }
        }
    }

    @Override
    public synchronized String setAside(PartitionId id) {
        requireOpen();
        JournalPartition partition = partitions.remove(id);
        if (partition == null) {
            return "nowhere: there is no " + id;
        }
        synchronized (partition) {
            partition.fencing.end("was set aside");
            Path aside = directory.resolve(file(id).getFileName() + "." + clock.nanos() + ".aside");
            try {
                partition.close();
                Files.move(file(id), aside);
                forceDirectory();
            } catch (IOException e) {
                throw new StorageException(Kind.RETRY, id + " cannot be set aside: " + e.getMessage(), e);
            }
            return aside.toString();
        }
    }

    @Override
    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
        synchronized (this) {
            requireOpen();
        }
        Map<PartitionId, StorageException> failures = new HashMap<>();
        for (PartitionStore handle : dirty) {
            if (!(handle instanceof JournalStore store) || store.storage != this) {
                throw ContractChecks.foreignHandle(handle);
            }
            try {
                store.sync();
            } catch (StorageException e) {
                failures.put(handle.id(), e);
            }
        }
        return new SyncFailures(failures);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        StorageException failure = null;
        for (JournalPartition partition : partitions.values()) {
            try {
                partition.sync();
            } catch (StorageException e) {
                failure = e; // the others are still to be closed
            }
            synchronized (partition) {
                partition.fencing.end("is in a storage that is closed");
            }
            failure = closed(partition, failure);
        }
        closeLock(failure);
    }

    private static StorageException closed(JournalPartition partition, StorageException failure) {
        try {
            partition.close();
            return failure;
        } catch (IOException e) {
            return new StorageException(Kind.FULL, partition.id() + " cannot be closed: " + e.getMessage(), e);
        }
    }

    private void closeLock(StorageException failure) {
        lock.close();
        if (failure != null) {
            throw failure;
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new StorageException(Kind.CLOSED, directory + " is closed");
        }
    }
}
