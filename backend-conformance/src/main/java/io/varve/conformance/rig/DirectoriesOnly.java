// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import io.varve.core.spi.Storage;
import java.util.List;
import java.util.Optional;

/**
 * Starts nothing: the backend keeps everything in its directories.
 *
 * @param backend the backend's name
 */
record DirectoriesOnly(String backend) implements TestEnvironment {
    @Override
    public TestedBackend start(TestedBackend given) {
        return given;
    }

    @Override
    public StorageRig rig(TestedBackend started) {
        return new DirectoryRig(started);
    }

    @Override
    public Optional<String> obstacleToCopy(TestedBackend started) {
        return Optional.empty();
    }

    @Override
    public void copy(TestedBackend from, TestedBackend to, Runnable meanwhile) {
        meanwhile.run();
    }

    @Override
    public void discard(TestedBackend place) {}

    @Override
    public List<String> missing(Storage storage) {
        return List.of();
    }

    @Override
    public void close() {}
}
