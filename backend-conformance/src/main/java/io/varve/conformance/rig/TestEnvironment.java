// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import io.varve.core.spi.Storage;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Starts what a backend needs beside its directories, such as a bucket, and makes rigs on it. Found through
 * {@link ServiceLoader} by the backend's name; a backend without one keeps everything in its directories. Not
 * thread-safe.
 */
public interface TestEnvironment extends AutoCloseable {
    /** @return name of the backend that it is for */
    String backend();

    /**
     * Starts what the backend needs. Called once.
     *
     * @param given the backend with the settings that the user gave, which win
     * @return the backend with all the settings it needs
     */
    TestedBackend start(TestedBackend given);

    /**
     * @param started from {@link #start}
     * @return a rig on a new, empty storage
     */
    StorageRig rig(TestedBackend started);

    /**
     * @param started from {@link #start}
     * @return why {@link #copy} cannot be called, in one line; empty if it can
     */
    Optional<String> obstacleToCopy(TestedBackend started);

    /**
     * Copies what a storage keeps beside its directories, as it is at one moment. What was asked for before
     * that moment may be there without an answer; nothing is there that was asked for later.
     *
     * @param from where the storage is, which may be in use
     * @param to an unused place, from {@link TestedBackend#elsewhere}
     * @param meanwhile runs at that moment
     */
    void copy(TestedBackend from, TestedBackend to, Runnable meanwhile);

    /**
     * Removes what is kept beside the directories of a storage that is not opened again.
     *
     * @param place where the storage was
     */
    void discard(TestedBackend place);

    /**
     * @param storage an open one
     * @return what the storage names of that which it keeps beside its directories, and is not there
     */
    List<String> missing(Storage storage);

    /** Ends what was started. */
    @Override
    void close();

    /**
     * @param backend a backend's name
     * @param loader where to look
     * @return the backend's environment, not started; one that starts nothing if the backend has none
     */
    static TestEnvironment of(String backend, ClassLoader loader) {
        for (TestEnvironment environment : ServiceLoader.load(TestEnvironment.class, loader)) {
            if (environment.backend().equals(backend)) {
                return environment;
            }
        }
        return new DirectoriesOnly(backend);
    }
}
