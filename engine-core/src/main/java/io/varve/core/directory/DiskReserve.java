// SPDX-License-Identifier: Apache-2.0
package io.varve.core.directory;

import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reserves disk space in a data directory. When its file system is full, the reserve is released to the
 * writes that free space: noting a deletion, a lower retention, a trim. A file of zeros takes up the space.
 * Thread-safe.
 *
 * <p>States: reserved ⇄ released. While it is released, ordinary appends are refused, for they would use it
 * up; the first append that finds space for the whole reserve restores it.
 */
public final class DiskReserve {
    /** Name of the file, in the data directory. */
    public static final String NAME = ".reserve";

    private static final Logger LOG = LoggerFactory.getLogger(DiskReserve.class);
    private static final int CHUNK = 1 << 16;

    private final Path file;
    private final long bytes;
    private volatile boolean reserved;

    /** @param bytes how much to reserve; with 0 there is never anything to release */
    public DiskReserve(Path directory, long bytes) {
        this.file = directory.resolve(NAME);
        this.bytes = bytes;
        this.reserved = file.toFile().length() == bytes;
    }

    /** @return how many bytes are reserved, when they are */
    public long bytes() {
        return bytes;
    }

    /**
     * Releases the space to the file system, if that has less than as much.
     *
     * @return true if there is space now that was not there before
     */
    public synchronized boolean release() {
        try {
            if (!reserved || bytes == 0 || free() >= bytes) {
                return false;
            }
            Files.delete(file);
            reserved = false;
            LOG.warn("{} is full: the {} bytes reserved for deletions and settings are in use now", directory(), bytes);
            return true;
        } catch (IOException e) {
            LOG.warn("The space reserved in {} cannot be used: {}", file, e.getMessage());
            return false;
        }
    }

    /**
     * Restores the reserve if it is released and there is space enough.
     *
     * @return true if it is reserved now
     */
    public boolean restore() {
        return reserved || take();
    }

    private synchronized boolean take() {
        if (reserved) {
            return true;
        }
        try {
            if (free() >= bytes) {
                fill();
                reserved = true;
            }
        } catch (IOException e) {
            discard(e);
            LOG.debug("There is no space for {}", file, e);
        }
        return reserved;
    }

    private void fill() throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(CHUNK, bytes));
            for (long left = bytes; left > 0; ) {
                left -= channel.write(zeros.clear().limit((int) Math.min(zeros.capacity(), left)));
            }
        }
    }

    private void discard(IOException why) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /**
     * @throws StorageException FULL while the reserve is released and there is not enough space to restore it
     */
    public void requireReserved() {
        if (!restore()) {
            throw new StorageException(
                    StorageException.Kind.FULL,
                    directory() + " is full: what space is left is reserved for deletions and settings until there are "
                            + bytes + " bytes free");
        }
    }

    private long free() throws IOException {
        return Files.getFileStore(directory()).getUsableSpace();
    }

    private Path directory() {
        return file.getParent();
    }
}
