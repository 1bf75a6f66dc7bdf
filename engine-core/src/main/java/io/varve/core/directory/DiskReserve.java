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
 * Reserves disk space in a data directory with a file of zeros. When the file system is full, the reserve is
 * released for writes that lead to more free space: events of a deletion, a lower retention, a trim.
 * Thread-safe.
 *
 * <p>States: reserved ⇄ released. While the reserve is released, ordinary appends are refused, since they
 * would use it up. The first append that finds enough free space restores the reserve.
 */
public final class DiskReserve {
    /** Name of the file, in the data directory. */
    public static final String NAME = ".reserve";

    private static final Logger LOG = LoggerFactory.getLogger(DiskReserve.class);
    private static final int CHUNK = 1 << 16;

    private final Path file;
    private final long bytes;
    private volatile boolean reserved;

    /** @param bytes number of bytes to reserve; 0 reserves none */
    public DiskReserve(Path directory, long bytes) {
        this.file = directory.resolve(NAME);
        this.bytes = bytes;
        this.reserved = file.toFile().length() == bytes;
    }

    /** @return size of the reserve in bytes */
    public long bytes() {
        return bytes;
    }

    /**
     * Releases the space, unless the file system has as much free space as the reserve's size.
     *
     * @return true if the call has freed space
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
     * Restores the reserve if it is released and there is enough free space.
     *
     * @return true if it is reserved now
     */
    public boolean restore() {
        return reserved || refill();
    }

    private synchronized boolean refill() {
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

    /** Asks by the path: in a chroot the JDK may not find where the path's file system is mounted. */
    private long free() {
        return directory().toFile().getUsableSpace();
    }

    private Path directory() {
        return file.getParent();
    }
}
