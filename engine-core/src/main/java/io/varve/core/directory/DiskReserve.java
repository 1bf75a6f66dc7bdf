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
 * Room kept back in a data directory, so that when its file system is full there is still some for what makes room: noting a deletion, a
 * lower retention, a trim. A file of zeros holds it. Thread-safe.
 *
 * <p>States: held ⇄ lent. While it is lent ordinary appends are refused, for they would use it up; the first of them that finds room for
 * the whole reserve takes it back.
 */
public final class DiskReserve {
    /** Name of the file, in the data directory. */
    public static final String NAME = ".reserve";

    private static final Logger LOG = LoggerFactory.getLogger(DiskReserve.class);
    private static final int CHUNK = 1 << 16;

    private final Path file;
    private final long bytes;
    private volatile boolean reserved;

    /** @param bytes how much to keep back; 0 for nothing, then there is never anything to lend */
    public DiskReserve(Path directory, long bytes) {
        this.file = directory.resolve(NAME);
        this.bytes = bytes;
        this.reserved = file.toFile().length() == bytes;
    }

    /** @return how many bytes are kept back, when they are */
    public long bytes() {
        return bytes;
    }

    /**
     * Gives the room back to the file system, if that is out of it.
     *
     * @return true if there is room now that was not there before
     */
    public synchronized boolean release() {
        try {
            if (!reserved || bytes == 0 || free() >= bytes) {
                return false;
            }
            Files.delete(file);
            reserved = false;
            LOG.warn(
                    "{} is full: the {} bytes kept back for deletions and settings are in use now", directory(), bytes);
            return true;
        } catch (IOException e) {
            LOG.warn("The room kept back in {} cannot be used: {}", file, e.getMessage());
            return false;
        }
    }

    /**
     * Takes the room back if it is lent and there is enough.
     *
     * @return true if it is held now
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
            LOG.debug("There is no room for {}", file, e);
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

    /** @throws StorageException FULL while the reserve is lent and there is not enough room to take it back */
    public void requireReserved() {
        if (!restore()) {
            throw new StorageException(
                    StorageException.Kind.FULL,
                    directory() + " is full: what room is left is kept for deletions and settings until there are "
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
