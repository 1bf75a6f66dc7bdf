// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import java.nio.file.Path;
import java.util.Set;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;

/** Turns a failure of LMDB into a StorageException whose kind tells the caller what to do. Stateless. */
final class LmdbErrors {
    /**
     * ENOSPC, EFBIG, EDQUOT on Linux; EDQUOT on macOS; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.
     */
    private static final Set<Integer> OUT_OF_SPACE = Set.of(28, 27, 122, 69, 112, 39);

    /** EIO, everywhere but on Windows, where writes are not cut short. */
    private static final int INPUT_OUTPUT = 5;

    private LmdbErrors() {}

    /** @return true if nothing was written because there is no space for it, in the map or on the disk */
    static boolean isOutOfSpace(LmdbException e) {
        return e instanceof Env.MapFullException
                || e instanceof LmdbNativeException known && OUT_OF_SPACE.contains(known.getResultCode());
    }

    /** @return true if the system says no more than that a write failed */
    static boolean isInputOutput(LmdbException e) {
        return e instanceof LmdbNativeException known && known.getResultCode() == INPUT_OUTPUT;
    }

    /** @return the failure of a write, of which nothing was kept */
    static StorageException write(String what, Path directory, RuntimeException e) {
        return new StorageException(kind(e, Kind.FULL), what + " in " + directory + " failed: " + e.getMessage(), e);
    }

    /** @return the failure of a read */
    static StorageException read(String what, Path directory, LmdbException e) {
        return new StorageException(kind(e, Kind.RETRY), what + " in " + directory + " failed: " + e.getMessage(), e);
    }

    /** @return the failure of using an entry that has fewer bytes than one of its kind must have */
    static StorageException tooShort(String what, Path directory, RuntimeException e) {
        return new StorageException(
                Kind.CORRUPT, what + " in " + directory + " failed: an entry is shorter than it must be", e);
    }

    private static Kind kind(RuntimeException e, Kind otherwise) {
        boolean damaged = e instanceof LmdbNativeException.PageCorruptedException
                || e instanceof LmdbNativeException.PageNotFoundException
                || e instanceof Env.FileInvalidException;
        return damaged ? Kind.CORRUPT : otherwise;
    }
}
