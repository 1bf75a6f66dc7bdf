// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.conformance.rig.DirectoryFaults;
import io.varve.conformance.rig.RamDisk;
import io.varve.conformance.rig.StorageFaults;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import io.varve.file.partition.FilePartition;
import io.varve.file.ring.RingFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs a file storage in a directory of its own. A crash truncates every log after its recovery point, in the
 * middle of the next batch: from there to the durable end only the ring has batches. Indexes stay as they
 * were, too long for the log. It removes partitions that only the list of creations keeps.
 */
public final class FileRig implements StorageRig {
    /** Bytes of the ring of a rig {@link #withRing}. */
    static final int RING = 1 << 20;

    public final Path directory;
    final FailPoints failPoints = new FailPoints();
    final Map<String, String> properties = new HashMap<>();
    private Scheduler scheduler = new SystemScheduler(2);
    private final StorageFaults faults;
    private Runnable whenClosed = () -> {};
    private boolean makesRing = true;
    private FileStorage storage;

    /** A rig whose storage has no ring: each log is forced. */
    public FileRig(Path directory) {
        this.directory = directory;
        this.properties.put(FileConfig.RING_BYTES, "0");
        this.faults = new DirectoryFaults(
                directory,
                failPoints,
                List.of(FileFailPoints.SYNC_BEFORE_FORCE, FileFailPoints.RING_BEFORE_WRITE),
                true);
    }

    @Override
    public StorageRig withFaults() {
        FileRig rig = RamDisk.mount(32).map(this::moveTo).orElse(this);
        rig.properties.put(FileConfig.READ_VERIFY, "true");
        return rig;
    }

    private FileRig moveTo(RamDisk disk) {
        close();
        FileRig rig = new FileRig(disk.directory());
        rig.properties.putAll(properties);
        rig.whenClosed = disk::close;
        return rig;
    }

    public static FileRig temporary() {
        try {
            return new FileRig(Files.createTempDirectory("varve-file-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return a rig whose storage has a ring before its first commit */
    public static FileRig withRing() {
        FileRig rig = temporary();
        rig.properties.put(FileConfig.RING_BYTES, Integer.toString(RING));
        return rig;
    }

    /** Leaves it to the storage to make its ring. */
    void usesRingAsItIs() {
        makesRing = false;
    }

    /** Has the storage, from when it is opened next, do in virtual time what it does in the background. */
    void runsIn(VirtualTime time) {
        scheduler.close();
        scheduler = time;
    }

    /** @return a partition whose files were read */
    FilePartition loaded(PartitionId id) {
        return storage.loadedPartitions().stream()
                .filter(partition -> partition.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** @return the path of the ring, which only a rig {@link #withRing} has */
    Path ring() {
        return directory.resolve(FileNames.RING);
    }

    private void makeRing() {
        if (makesRing && !properties.get(FileConfig.RING_BYTES).equals("0") && !Files.exists(ring())) {
            try {
                Files.createDirectories(directory);
                RingFile.create(ring(), RING, () -> false);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    StorageContext context() {
        return new StorageContext(List.of(directory), properties, Clock.system(), scheduler, Ids.random(), failPoints);
    }

    @Override
    public Storage storage() {
        if (storage == null) {
            makeRing();
            storage = FileStorage.open(context());
        }
        return storage;
    }

    @Override
    public Storage reopen() {
        stop();
        return storage();
    }

    @Override
    public Optional<TestedBackend> subject() {
        return Optional.of(TestedBackend.of(new FileStorageProvider()));
    }

    /** Closes the storage properly; the next {@link #storage} opens it again. */
    public void stop() {
        storage.close();
        storage = null;
    }

    /** Forgets a storage that the test has closed or abandoned; the next {@link #storage} opens it again. */
    void forget() {
        storage = null;
    }

    @Override
    public Storage crash() {
        kill();
        return storage();
    }

    /** Cuts the power; the next {@link #storage} recovers. */
    void kill() {
        Map<Path, Long> durable = new HashMap<>();
        List<Path> unsettled = new ArrayList<>();
        for (FilePartition partition : storage.loadedPartitions()) {
            if (partition.durability().isSettled()) {
                durable.put(partition.path(), Math.max(0, partition.durability().recoveryPoint()));
            } else {
                unsettled.add(partition.path());
            }
        }
        die();
        durable.forEach(FileRig::loseUnsynced);
        unsettled.forEach(FileRig::lose);
    }

    /** Ends the process, as kill -9 does: no written bytes are lost. */
    public void die() {
        storage.abandon();
        storage = null;
    }

    /** Loses a new partition, of which no file is durable. */
    static void lose(Path partition) {
        try {
            Disk.removeTree(partition);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void loseUnsynced(Path partition, long durableEnd) {
        if (!Files.isDirectory(partition)) {
            return; // deleted
        }
        try (Stream<Path> files = Files.list(partition)) {
            for (Path log :
                    files.filter(file -> file.toString().endsWith(".log")).toList()) {
                tear(log, durableEnd);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void tear(Path log, long durableEnd) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(log));
        int at = 0;
        while (at < bytes.limit() && BatchHeader.nextOffset(bytes, at) <= durableEnd) {
            at += BatchHeader.sizeInBytes(bytes, at);
        }
        if (at < bytes.limit()) {
            int half = at + BatchHeader.sizeInBytes(bytes, at) / 2;
            try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
                channel.truncate(half);
            }
        }
    }

    @Override
    public StorageFaults faults() {
        return faults;
    }

    @Override
    public void close() {
        faults.heal();
        if (storage != null) {
            storage.abandon();
        }
        scheduler.close();
        try {
            Disk.removeTree(directory);
            whenClosed.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
