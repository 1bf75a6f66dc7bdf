// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Holds whole stored batches, ready for the network. The caller of the read must close the slice exactly
 * once. Until then its bytes stay readable and unchanged, whatever happens to the partition. Not thread-safe,
 * but may be handed to another thread.
 */
public interface BatchSlice extends AutoCloseable {
    /** @return number of bytes, 0 if there is no batch to read */
    int sizeInBytes();

    /**
     * Returns the bytes as a region of a file, so that the network can send them without a copy into the
     * process.
     *
     * @return the region, or empty if the bytes do not lie in a file; the caller must not close the channel
     */
    Optional<FileRegion> fileRegion();

    /**
     * Returns the bytes in memory. A file-backed slice reads all of them, so prefer {@link #fileRegion()} for
     * many bytes.
     *
     * @return a read-only buffer of {@link #sizeInBytes()} bytes, valid until {@link #close}
     * @throws StorageException CORRUPT if the bytes can no longer be read in full
     */
    ByteBuffer buffer();

    /**
     * Copies a part of the bytes; a file-backed slice reads only that part. Prefer this to a read through the
     * region's channel, which an interrupted thread would close for all its users.
     *
     * @param from index of the first byte in the slice, 0 or more
     * @param into filled up to its limit; the slice must have as many bytes from {@code from} on
     * @throws StorageException as {@link #buffer}
     */
    default void copy(int from, ByteBuffer into) {
        ByteBuffer all = buffer();
        into.put(all.slice(all.position() + from, into.remaining()));
    }

    /**
     * Brings the bytes into memory, so that sending them does not wait for a device; waits for the device
     * itself. Does nothing for bytes that are in memory. A hint: under memory pressure the system may drop
     * them again.
     *
     * @throws StorageException RETRY if the device cannot be read
     */
    default void load() {}

    /** Releases the bytes. Does not throw. */
    @Override
    void close();

    /**
     * Names bytes in a file.
     *
     * @param channel an open channel on the file
     * @param position first byte, inclusive
     * @param length number of bytes
     */
    record FileRegion(java.nio.channels.FileChannel channel, long position, int length) {}
}
