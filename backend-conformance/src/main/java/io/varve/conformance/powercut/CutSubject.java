// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.powercut;

import io.varve.conformance.rig.TestEnvironment;
import io.varve.conformance.rig.TestedBackend;
import java.util.Optional;

/**
 * Holds the backend under test and what it needs beside its disk, which a power cut leaves as it was. Not
 * thread-safe.
 *
 * @param environment started
 * @param backend never opened as it is: each storage is {@linkplain TestedBackend#elsewhere elsewhere}
 */
record CutSubject(TestEnvironment environment, TestedBackend backend) implements AutoCloseable {
    /** @param given the backend with the user's settings */
    static CutSubject start(TestedBackend given) {
        TestEnvironment environment = TestEnvironment.of(given.provider().name(), CutSubject.class.getClassLoader());
        return new CutSubject(environment, environment.start(given));
    }

    /** Returns why power cannot be cut under this backend, in one line; empty if it can. */
    Optional<String> obstacle() {
        return environment.obstacleToCopy(backend);
    }

    /**
     * Cuts the power under a storage that goes on.
     *
     * @param loaded where the storage is
     * @param cut copies its disk
     * @return where the storage is with what the cut left beside the disk
     */
    TestedBackend cut(TestedBackend loaded, Runnable cut) {
        TestedBackend left = backend.elsewhere();
        environment.copy(loaded, left, cut);
        return left;
    }

    @Override
    public void close() {
        environment.close();
    }
}
