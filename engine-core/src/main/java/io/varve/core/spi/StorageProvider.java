// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.util.List;

/**
 * Makes a backend's {@link Storage}. Found by {@link java.util.ServiceLoader}: name the class in
 * {@code META-INF/services/io.varve.core.spi.StorageProvider} and give it a public constructor without
 * parameters.
 */
public interface StorageProvider {
    /**
     * @return the value of {@code storage.backend} that selects this backend: lower case, no spaces, constant
     */
    String name();

    /**
     * Says what this backend can be configured with. The server checks these settings before it opens the
     * storage, shows them with the broker's others, and says of a key that is defined nowhere that it has no
     * effect.
     *
     * @return each setting once, constant; none by default
     */
    default List<StorageSetting> settings() {
        return List.of();
    }

    /**
     * Opens the storage and recovers whatever a crash left behind. On return every partition that was synced
     * before is there, whole, up to at least its last synced offset.
     *
     * <p>A backend notes how far it is durable when the storage is closed, and often enough before. A bad
     * byte past that note with no sound batch behind it is an unfinished write, and is truncated. Any other
     * bad byte is damage: nothing is truncated, the ends stay, reads of the damaged bytes fail.
     *
     * @param context where and with what to work
     * @return the open storage; the caller closes it
     * @throws StorageException MISUSE if a property has a wrong value or a directory cannot be used (the
     *     message names the key or the path and what would be right); RETRY if another process holds the
     *     directory; CORRUPT if what is stored cannot be opened without losing synced data
     */
    Storage open(StorageContext context);
}
