// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.StorageException;
import org.lmdbjava.Env;

/** Loads the LMDB library. A failure is reported in one line. Stateless. */
final class NativeLibrary {
    private NativeLibrary() {}

    /**
     * Loads the library, unless it is loaded.
     *
     * @throws StorageException MISUSE if there is no library for this platform, or the JVM lacks an option
     *     that it needs
     */
    static void require() {
        try {
            Env.create();
            Class.forName("org.lmdbjava.Library");
        } catch (LinkageError | ClassNotFoundException e) {
            throw unavailable(e);
        }
    }

    private static StorageException unavailable(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return new StorageException(
                StorageException.Kind.MISUSE,
                "storage.backend=lmdb cannot be used on " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch") + ": the LMDB library could not be loaded ("
                        + String.valueOf(root.getMessage()).lines().findFirst().orElse("")
                        + "); use storage.backend=file",
                e);
    }
}
