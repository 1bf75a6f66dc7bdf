// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.StorageException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the journal to every data directory, whole or not at all, and reads the newest one. A directory may
 * lack it, or have a damaged or an older one. For one thread.
 */
class JournalFiles {
    static final String NAME = "tier-state";

    private static final Logger LOG = LoggerFactory.getLogger(JournalFiles.class);
    private static final String TEMPORARY = NAME + ".tmp";
    private static final long MAX_BYTES = 256 << 20;

    private final List<Path> directories;
    private final FailPoints failPoints;

    JournalFiles(List<Path> directories, FailPoints failPoints) {
        this.directories = List.copyOf(directories);
        this.failPoints = failPoints;
    }

    /** @throws StorageException CORRUPT if there are files, but no sound one */
    JournalState read() {
        JournalState newest = new JournalState();
        List<StorageException> damaged = new ArrayList<>();
        for (Path directory : directories) {
            Path file = directory.resolve(NAME);
            try {
                if (Files.exists(file)) {
                    JournalState found = JournalState.decode(bytes(file), file.toString());
                    newest = found.version() > newest.version() ? found : newest;
                }
            } catch (StorageException e) {
                e.rethrowUnless(StorageException.Kind.CORRUPT);
                damaged.add(e);
            }
        }
        if (newest.version() == 0 && !damaged.isEmpty()) {
            StorageException first = damaged.get(0);
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    first.reason() + ": bring it back from a copy, or start with empty data directories:"
                            + " then what the bucket has is restored",
                    first);
        }
        damaged.forEach(e -> LOG.error("{}; the one of another data directory counts", e.getMessage()));
        return newest;
    }

    private static ByteBuffer bytes(Path file) {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new StorageException(
                        StorageException.Kind.CORRUPT, file + ": " + size + " bytes, must be at most " + MAX_BYTES);
            }
            return ByteBuffer.wrap(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new StorageException(StorageException.Kind.CORRUPT, file + " cannot be read: " + e, e);
        }
    }

    /**
     * @throws StorageException FULL if a device refuses: some of the directories may have the new content
     */
    void write(JournalState state) {
        ByteBuffer content = state.encode();
        for (Path directory : directories) {
            Path file = directory.resolve(NAME);
            try {
                write(directory, file, content);
            } catch (IOException | UncheckedIOException e) {
                throw new StorageException(StorageException.Kind.FULL, file + " cannot be written: " + e, e);
            }
        }
    }

    private void write(Path directory, Path file, ByteBuffer content) throws IOException {
        Path temporary = directory.resolve(TEMPORARY);
        // A stream, because an interruption of the caller would close a channel.
        try (FileOutputStream out = new FileOutputStream(temporary.toFile())) {
            out.write(content.array(), content.arrayOffset(), content.limit());
            failPoints.hit("s3.journal.before-force");
            out.getFD().sync();
        }
        failPoints.hit("s3.journal.before-rename");
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        failPoints.hit("s3.journal.before-directory");
        force(directory);
        failPoints.hit("s3.journal.after-directory");
    }

    private static void force(Path directory) throws IOException {
        if (System.getProperty("os.name").startsWith("Windows")) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        while (true) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
                break;
            } catch (ClosedByInterruptException e) {
                interrupted = Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
