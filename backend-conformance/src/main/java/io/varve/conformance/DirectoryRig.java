// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Any backend that keeps its data in a directory. Its crash is the end of a process: the storage opens on a copy of the directory as it was
 * at that moment, so what was written is there, synced or not, and nothing was closed. A backend that can do worse to itself, such as
 * losing what was not synced, does so in a rig of its own.
 */
public final class DirectoryRig implements StorageRig {
    private final Subject subject;
    private final Path root;
    private final SystemScheduler scheduler = new SystemScheduler(2);
    private int crashes;
    private Storage storage;

    /** @param subject the backend */
    public DirectoryRig(Subject subject) {
        this.subject = subject;
        try {
            root = Files.createTempDirectory("varve-conformance-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return where the data of the storage that is open lies */
    public Path directory() {
        return root.resolve("data-" + crashes);
    }

    @Override
    public Storage storage() {
        if (storage == null) {
            storage = subject.open(directory(), scheduler, new FailPoints());
        }
        return storage;
    }

    @Override
    public Storage reopen() {
        storage().close();
        storage = null;
        return storage();
    }

    @Override
    public Storage crash() {
        Storage before = storage();
        Path old = directory();
        crashes++;
        try {
            Trees.copy(old, directory());
            before.close();
            Trees.remove(old);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        storage = null;
        return storage();
    }

    @Override
    public Optional<Subject> subject() {
        return Optional.of(subject);
    }

    @Override
    public void close() {
        try (scheduler) {
            if (storage != null) {
                storage.close();
            }
        } finally {
            try {
                Trees.remove(root);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
