// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Holds whole stored batches, ready for the network. The caller that got it must close it exactly once;
 * until then its bytes stay readable and unchanged, whatever happens to the partition meanwhile. Not
 * thread-safe, but may be handed to another thread.
 */
public interface BatchSlice extends AutoCloseable {
    /** @return number of bytes, 0 when there is nothing to read at the offset asked for */
    int sizeInBytes();

    /**
     * The bytes as a region of a file, so that the network can send them without bringing them into the
     * process.
     *
     * @return the region, or empty when this backend's bytes do not lie in a file; the channel must not be
     *     closed by the caller
     */
    Optional<FileRegion> fileRegion();

    /**
     * The bytes in memory. A file-backed slice reads them in, so prefer {@link #fileRegion()} to move many
     * of them.
     *
     * @return a read-only buffer of {@link #sizeInBytes()} bytes, valid until {@link #close}
     * @throws StorageException CORRUPT if the bytes can no longer be read in full
     */
    ByteBuffer buffer();

    /**
     * Copies some of the bytes; a file-backed slice reads no more than those. Use this to look into the
     * slice: a read through the region's channel would close the channel for all its users when the thread is
     * interrupted.
     *
     * @param from first byte, counted from the beginning of the slice, 0 or more
     * @param into filled up to its limit; the slice has as many bytes from there on
     * @throws StorageException as {@link #buffer} does
     */
    default void copy(int from, ByteBuffer into) {
        ByteBuffer all = buffer();
        into.put(all.slice(all.position() + from, into.remaining()));
    }

    /** Releases the bytes. Does not throw. */
    @Override
    void close();

    /**
     * Bytes in a file.
     *
     * @param channel an open channel on the file
     * @param position first byte, inclusive
     * @param length number of bytes
     */
    record FileRegion(java.nio.channels.FileChannel channel, long position, int length) {}
}
