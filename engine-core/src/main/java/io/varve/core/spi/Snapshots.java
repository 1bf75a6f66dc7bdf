// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Stores small named blobs for offsets of a partition: state that a replay could rebuild, kept to shorten the
 * replay. Thread-safe.
 */
public interface Snapshots {
    /**
     * Holds a blob.
     *
     * @param offset the blob's offset: the blob is the state after every record below it
     * @param bytes the content, read-only
     */
    record Snapshot(long offset, ByteBuffer bytes) {}

    /**
     * Stores a blob, replacing one of the same name and offset. After a crash the blob exists either whole or
     * not at all; a replaced or deleted blob may exist again. Opening the storage drops blobs of offsets
     * above the readable end, whose records were lost.
     *
     * @param name 1 to 32 characters of {@code [a-z0-9-]}
     * @param offset the blob's offset, 0 or more
     * @param bytes the content, from position to limit
     * @throws StorageException FENCED, FULL, CLOSED; MISUSE for a wrong name or offset
     */
    void write(String name, long offset, ByteBuffer bytes);

    /**
     * Reads the newest blob that is not damaged.
     *
     * @param name as given to {@link #write}
     * @param atMost max offset, inclusive
     * @return the blob with the highest offset not above {@code atMost}
     * @throws StorageException CLOSED
     */
    Optional<Snapshot> newest(String name, long atMost);

    /**
     * @return the names under which at least one blob is stored; a copy
     * @throws StorageException CLOSED
     */
    Set<String> names();

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
     * @param offset the blob's offset
     * @throws StorageException FENCED, CLOSED
     */
    void delete(String name, long offset);
}
