// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import io.varve.core.spi.Storage;
import java.util.Map;
import java.util.Optional;

/** Opens, restarts and crashes a storage under test. Not thread-safe. */
public interface StorageRig extends AutoCloseable {
    /** @return the storage that is open now; empty at first */
    Storage storage();

    /**
     * Closes the storage properly and opens it again.
     *
     * @return the storage that is open now
     */
    Storage reopen();

    /**
     * Cuts the power, so that whatever was not synced is lost or torn, and opens the storage again.
     *
     * @return the storage that is open now
     */
    Storage crash();

    /**
     * For the checks that need a process of their own, to kill it.
     *
     * @return the backend, if what it stores outlives its process
     */
    default Optional<TestedBackend> subject() {
        return Optional.empty();
    }

    /**
     * For the checks that need a device that fails.
     *
     * @return a rig on a new, empty storage whose {@link #faults} are as many as can be had, for instance on
     *     a {@link RamDisk}. It takes the place of this one, which is closed unless it is the same; called
     *     before {@link #storage}
     */
    default StorageRig withFaults() {
        return this;
    }

    /** @return what can be done to the device under the storage; nothing, unless the rig says otherwise */
    default StorageFaults faults() {
        return StorageFaults.NONE;
    }

    /**
     * For a backend whose files other processes read while it is open, as a tool of its library does: lets
     * one begin to read what is stored, and kills it before it has ended.
     *
     * @return false if there is no such thing
     */
    default boolean readAndDie() {
        return false;
    }

    /**
     * Resources only the backend can count, for instance a memory map's reader slots. The kit counts open
     * files, threads, direct and mapped memory by itself.
     *
     * @return how many of each are taken now, by name
     */
    default Map<String, Long> held() {
        return Map.of();
    }

    /** Closes what is open and frees everything. */
    @Override
    void close();
}
