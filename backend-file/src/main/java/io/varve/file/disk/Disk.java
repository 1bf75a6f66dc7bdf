// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import io.varve.core.directory.FileFailure;
import io.varve.core.spi.StorageException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes small files, forces directories, deletes trees, and turns failures of the file system into
 * StorageExceptions. Stateless.
 */
public final class Disk {
    /**
     * Max bytes moved at once through a heap buffer: the JDK keeps a direct buffer of that size per thread.
     */
    private static final int CHUNK = 1 << 16;

    private static final Logger LOG = LoggerFactory.getLogger(Disk.class);

    private Disk() {}

    /**
     * Makes the names in a directory survive a power cut. Does nothing where directories cannot be forced
     * (Windows).
     */
    public static void forceDirectory(Path directory) throws IOException {
        if (!System.getProperty("os.name").startsWith("Windows")) {
            // A force that is repeated after an interrupt may miss an earlier failure. But directories are
            // the file system's own data: a file system that cannot write them refuses all further changes.
            try (UninterruptibleFile open = UninterruptibleFile.open(directory, StandardOpenOption.READ)) {
                open.force(true);
            }
        }
    }

    /**
     * Lists a directory. A {@code DirectoryStream} makes a path of each entry, which takes a start with many
     * partitions several times as long.
     *
     * @return the names in it, in any order
     */
    public static List<String> list(Path directory) throws IOException {
        String[] names = directory.toFile().list();
        if (names != null) {
            return List.of(names);
        }
        try (Stream<Path> entries = Files.list(directory)) { // says why it cannot be listed
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    /**
     * Creates an empty file. That is one call of the JDK's native code, where {@code Files.createFile} makes
     * a channel and closes it: a thousand partitions are three thousand such files.
     *
     * @return false if there is such a file already
     */
    public static boolean create(Path file) throws IOException {
        try {
            return file.toFile().createNewFile();
        } catch (IOException e) {
            Files.createFile(file); // fails as well, and its exception says which kind of failure it is
            return true;
        }
    }

    /**
     * As {@link #write}, not forced, in as few calls as there are: for a file that is one of thousands.
     *
     * @param content the whole content, a few bytes
     */
    public static void writeUnforced(Path file, byte[] content) throws IOException {
        try (FileOutputStream open = new FileOutputStream(file.toFile())) {
            open.write(content);
        } catch (IOException e) {
            throw FileFailure.naming(file, e);
        }
    }

    /**
     * Writes a small file from its beginning to its end, in place of its content.
     *
     * @param force whether the content is durable on return; the name is not
     */
    public static void write(Path file, ByteBuffer content, boolean force) throws IOException {
        try (UninterruptibleFile open = UninterruptibleFile.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (open.size() > 0) { // a truncation takes four system calls, also of an empty file
                open.truncate(0);
            }
            writeFully(open, content.duplicate(), 0);
            if (force) {
                open.force(true);
            }
        }
    }

    /**
     * Replaces a small file as a whole; durable on return. A crash leaves the old file or the new one.
     *
     * @param beforeRename runs when the new content is forced and the old file still has the name
     * @param afterRename runs when the new file has the name, which is not durable yet
     */
    public static void replace(Path file, ByteBuffer content, Runnable beforeRename, Runnable afterRename)
            throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + FileNames.TEMPORARY);
        try {
            write(aside, content, true);
        } catch (IOException e) {
            discard(aside, e); // a half-written file would take space that is needed
            throw e;
        }
        beforeRename.run();
        rename(aside, file);
        afterRename.run();
        forceDirectory(file.getParent());
    }

    /** Renames a file atomically, over any file of the new name. The name is not durable yet. */
    public static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Writes a buffer's remaining bytes at a position. */
    public static void writeFully(UninterruptibleFile file, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        int limit = bytes.limit();
        while (bytes.position() < limit) {
            if (!bytes.isDirect() && limit - bytes.position() > CHUNK) {
                bytes.limit(bytes.position() + CHUNK);
            }
            at += file.write(bytes, at);
            bytes.limit(limit);
        }
    }

    /**
     * Reads until the buffer is full or the file ends.
     *
     * @return bytes read
     */
    public static int read(UninterruptibleFile file, ByteBuffer into, long position) throws IOException {
        int limit = into.limit();
        int first = into.position();
        while (into.position() < limit) {
            if (!into.isDirect() && limit - into.position() > CHUNK) {
                into.limit(into.position() + CHUNK);
            }
            int read = file.read(into, position + into.position() - first);
            into.limit(limit);
            if (read < 0) {
                break;
            }
        }
        return into.position() - first;
    }

    /** @return the file's time of modification in ms since the epoch, or -1 when it cannot be read */
    public static long modifiedMs(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            LOG.debug("It cannot be told when {} was last written", file, e);
            return -1;
        }
    }

    /** Sets a file's time of modification, in ms since the epoch. Does nothing for -1, and logs a failure. */
    public static void setModifiedMs(Path file, long ms) {
        if (ms < 0) {
            return;
        }
        try {
            Files.setLastModifiedTime(file, FileTime.fromMillis(ms));
        } catch (IOException e) {
            LOG.debug("The time of the last append cannot be noted at {}", file, e);
        }
    }

    /** Deletes a directory and its content; tolerates that another thread deletes files of it meanwhile. */
    public static void removeTree(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /**
     * Deletes the file that a failed step has left. A failure to do so is added to {@code why}, and not
     * thrown.
     */
    public static void discard(Path file, Throwable why) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /**
     * Turns the failure of a write into a StorageException. Whether the cause is no space, no permission or
     * an I/O error, the caller does the same, and the system's message differs by platform and language: all
     * of them are FULL. Only a lack of descriptors ends by itself: it is RETRY.
     */
    public static StorageException writeFailure(String what, Path file, IOException cause) {
        return new StorageException(
                DescriptorLimit.areUsedUp(cause) ? StorageException.Kind.RETRY : StorageException.Kind.FULL,
                what + " failed at " + file + ": " + FileFailure.words(cause, file, FileNames::isRebuilt),
                cause);
    }

    /** Turns the failure of a read into a StorageException, always RETRY. */
    public static StorageException readFailure(String what, Path file, IOException cause) {
        return new StorageException(
                StorageException.Kind.RETRY,
                what + " failed at " + file + ": " + FileFailure.words(cause, file, FileNames::isRebuilt),
                cause);
    }

    /**
     * Reads a small file whole.
     *
     * @throws IOException naming the file
     */
    public static byte[] readAll(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw FileFailure.naming(file, e);
        }
    }
}
