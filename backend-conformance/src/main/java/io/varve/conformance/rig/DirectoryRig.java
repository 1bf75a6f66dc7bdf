// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.ReadVerification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Restarts and crashes any backend that keeps its data in a directory. A crash is the end of a process: the
 * storage opens on a copy of the directory as it was at that moment, so what was written is there, synced or
 * not, and nothing was closed. A backend that can lose more, such as what was not synced, does so in a rig
 * of its own.
 *
 * <p>Faults are had on a {@link RamDisk}; syncs can be let fail in a backend that passes a failpoint called
 * {@code NAME.sync.before-force} before it forces anything, {@code NAME} being the backend's.
 */
public final class DirectoryRig implements StorageRig {
    private static final int DISK_MEBIBYTES = 32;
    private static final String KEPT = "kept";

    private final TestedBackend subject;
    private final Class<?> reader;
    private final Path root;
    private final Path first;
    private final Runnable whenClosed;
    private final boolean verifiesReads;
    private final SystemScheduler scheduler = new SystemScheduler(2);
    private final FailPoints failPoints = new FailPoints();
    private final Set<String> passed = ConcurrentHashMap.newKeySet();
    private Path directory;
    private int crashes;
    private Storage storage;

    /** @param subject the backend */
    public DirectoryRig(TestedBackend subject) {
        this(subject, null);
    }

    /**
     * @param subject the backend
     * @param reader the main class of a process that reads what lies in the directory that is its first
     *     argument, the second being {@code reading}: it writes a line when it does, and goes on until it is
     *     killed. Null where no other process may read
     */
    public DirectoryRig(TestedBackend subject, Class<?> reader) {
        this(subject, reader, false, null, () -> {});
    }

    private DirectoryRig(
            TestedBackend subject, Class<?> reader, boolean verifiesReads, Path directory, Runnable whenClosed) {
        this.subject = subject.elsewhere();
        this.reader = reader;
        this.verifiesReads = verifiesReads;
        this.whenClosed = whenClosed;
        try {
            root = Files.createTempDirectory("varve-conformance-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        first = directory == null ? root.resolve("data") : directory;
        this.directory = first;
        failPoints.watch(passed::add);
    }

    /** @return where the data of the storage that is open lies */
    public Path directory() {
        return directory;
    }

    @Override
    public Storage storage() {
        if (storage == null) {
            storage = subject.open(directory, scheduler, failPoints);
        }
        return storage;
    }

    @Override
    public Storage reopen() {
        storage().close();
        storage = null;
        return storage();
    }

    @Override
    public Storage crash() {
        Storage before = storage();
        Path old = directory;
        crashes++;
        try {
            Path copy = root.resolve("data-" + crashes);
            DirectoryTree.copy(old, copy);
            faults().heal();
            abandon(before);
            if (!old.equals(first)) {
                DirectoryTree.remove(old);
            }
            directory = copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        storage = null;
        return storage();
    }

    /** @return where failures can be had on request */
    public FailPoints failPoints() {
        return failPoints;
    }

    /** Cuts the power, and opens the storage on an empty directory. */
    public Storage loseDirectory() {
        if (storage != null) {
            abandon(storage);
            storage = null;
        }
        crashes++;
        directory = root.resolve("data-" + crashes);
        return storage();
    }

    /** Keeps a copy of the directory as it is now. */
    public void keepDirectory() {
        try {
            DirectoryTree.copy(directory, root.resolve(KEPT));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cuts the power, and opens the storage on the directory that was kept. */
    public Storage returnToKeptDirectory() {
        abandon(storage());
        storage = null;
        directory = root.resolve(KEPT);
        return storage();
    }

    /** Opens another storage of the same place on an empty directory. The caller closes it. */
    public Storage openBeside() {
        crashes++;
        return subject.open(root.resolve("data-" + crashes), scheduler, new FailPoints());
    }

    /** It has crashed: how it ends does not matter, as long as it releases what it holds. */
    private static void abandon(Storage storage) {
        try {
            storage.close();
        } catch (StorageException e) {
            // such as one whose device failed
        }
    }

    @Override
    public Optional<TestedBackend> subject() {
        return Optional.of(subject);
    }

    @Override
    public StorageRig withFaults() {
        close();
        Map<String, String> verifying = new HashMap<>(subject.properties());
        verifying.put(ReadVerification.KEY, "true");
        TestedBackend careful = new TestedBackend(subject.provider(), verifying, subject.classPath(), subject.places());
        return RamDisk.mount(DISK_MEBIBYTES)
                .map(disk -> new DirectoryRig(careful, reader, true, disk.directory(), disk::close))
                .orElseGet(() -> new DirectoryRig(careful, reader, true, null, () -> {}));
    }

    @Override
    public boolean readAndDie() {
        if (reader == null) {
            return false;
        }
        List<String> command = JavaCommand.of(subject, reader);
        command.addAll(List.of(directory.toString(), "reading"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        try (TimedProcess child = TimedProcess.start(builder, TimedProcess.PATIENCE)) {
            if (child.readLine() == null) {
                throw new IllegalStateException(reader + " ended before it began to read");
            }
            child.kill();
            child.exit();
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + reader + " was to end", e);
        }
    }

    @Override
    public StorageFaults faults() {
        String syncPoint = subject.provider().name() + ".sync.before-force";
        // A backend that never passes it would go on as if nothing had failed.
        List<String> syncPoints = passed.contains(syncPoint) ? List.of(syncPoint) : List.of();
        return new DirectoryFaults(directory, failPoints, syncPoints, verifiesReads);
    }

    @Override
    public void close() {
        faults().heal();
        try (scheduler) {
            if (storage != null) {
                abandon(storage);
            }
        } finally {
            try {
                DirectoryTree.remove(first);
                DirectoryTree.remove(root);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            whenClosed.run();
        }
    }
}
