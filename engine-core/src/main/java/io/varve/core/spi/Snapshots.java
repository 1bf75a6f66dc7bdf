// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Stores small named blobs bound to offsets of a partition: state that can be rebuilt by replay, kept to
 * shorten the replay. Thread-safe.
 */
public interface Snapshots {
    /**
     * A blob.
     *
     * @param offset the offset it is bound to: state after every record below it
     * @param bytes its content, read-only
     */
    record Snapshot(long offset, ByteBuffer bytes) {}

    /**
     * Stores a blob, replacing one of the same name and offset. After a crash it is there whole or not at
     * all; what it replaced, or one that was deleted, may be there again. Opening the storage drops blobs
     * bound to offsets above the readable end found: their records are gone.
     *
     * @param name 1 to 32 characters of {@code [a-z0-9-]}
     * @param offset the offset it is bound to, 0 or more
     * @param bytes its content, from position to limit
     * @throws StorageException FENCED, FULL, CLOSED; MISUSE for a wrong name or offset
     */
    void write(String name, long offset, ByteBuffer bytes);

    /**
     * Reads the newest blob that is not damaged.
     *
     * @param name as given to {@link #write}
     * @param atMost highest offset wanted, inclusive
     * @return the blob with the highest offset not above {@code atMost}
     * @throws StorageException CLOSED
     */
    Optional<Snapshot> newest(String name, long atMost);

    /**
     * @param name as given to {@link #write}
     * @return offsets of the blobs stored under the name, ascending
     * @throws StorageException CLOSED
     */
    List<Long> offsets(String name);

    /**
     * Deletes one blob; idempotent.
     *
     * @param name as given to {@link #write}
     * @param offset the offset it is bound to
     * @throws StorageException FENCED, CLOSED
     */
    void delete(String name, long offset);
}
