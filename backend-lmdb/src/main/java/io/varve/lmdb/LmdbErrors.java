// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import java.nio.file.Path;
import java.util.Set;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;

/** Turns failures of LMDB into StorageExceptions. Stateless. */
final class LmdbErrors {
    /**
     * ENOSPC, EFBIG, EDQUOT on Linux; EDQUOT on macOS; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.
     */
    private static final Set<Integer> OUT_OF_SPACE = Set.of(28, 27, 122, 69, 112, 39);

    /** What to do about a file that cannot be used. */
    static final String BRING_BACK = ": bring it back from a copy, or empty the directory to begin anew";

    /** EACCES and EPERM. */
    private static final Set<Integer> NOT_PERMITTED = Set.of(13, 1);

    /** ENOMEM: the address space is limited, or the machine allows no map of that size. */
    private static final int NO_MEMORY = 12;

    /** EIO on Linux and macOS; Windows does not shorten writes. */
    private static final int INPUT_OUTPUT = 5;

    private LmdbErrors() {}

    /** @return true if a write failed because there is no space, in the map or on the disk */
    static boolean isOutOfSpace(LmdbException e) {
        return e instanceof Env.MapFullException
                || e instanceof LmdbNativeException known && OUT_OF_SPACE.contains(known.getResultCode());
    }

    /** @return true if the system reports an I/O error without a reason */
    static boolean isInputOutput(LmdbException e) {
        return e instanceof LmdbNativeException known && known.getResultCode() == INPUT_OUTPUT;
    }

    /**
     * Turns the failure to open an environment into a StorageException that says what to do: MISUSE, CORRUPT
     * or FULL.
     *
     * @param mapBytes size of the map that was asked for
     */
    static StorageException opening(Path directory, long mapBytes, LmdbException e) {
        Path data = directory.resolve(OpenedEnvironment.DATA);
        int code = e instanceof LmdbNativeException known ? known.getResultCode() : 0;
        if (kind(e, Kind.MISUSE) == Kind.CORRUPT) {
            return new StorageException(Kind.CORRUPT, data + " is damaged: " + e.getMessage() + BRING_BACK, e);
        }
        String advice = "";
        if (isOutOfSpace(e)) {
            advice = ": free some space on the disk";
        } else if (NOT_PERMITTED.contains(code)) {
            advice = ": this user must be allowed to read and write " + OpenedEnvironment.DATA + " and "
                    + ReaderTable.NAME;
        } else if (code == NO_MEMORY) {
            advice = ": a map of " + mapBytes + " bytes finds no address space; lift the limit (ulimit -v), or lower "
                    + LmdbConfig.MAP_INITIAL;
        } else if (code == INPUT_OUTPUT) {
            advice = ": the disk may be failing; the system's log tells";
        }
        return new StorageException(
                isOutOfSpace(e) ? Kind.FULL : Kind.MISUSE, data + " cannot be opened: " + e.getMessage() + advice, e);
    }

    /** Turns the failure of a write, of which nothing was kept, into a StorageException: FULL, or CORRUPT. */
    static StorageException write(String what, Path directory, RuntimeException e) {
        return new StorageException(kind(e, Kind.FULL), what + " in " + directory + " failed: " + e.getMessage(), e);
    }

    /** Turns the failure of a read into a StorageException: RETRY, or CORRUPT. */
    static StorageException read(String what, Path directory, LmdbException e) {
        return new StorageException(kind(e, Kind.RETRY), what + " in " + directory + " failed: " + e.getMessage(), e);
    }

    /** Turns the failure to read an entry that is too short into a StorageException: CORRUPT. */
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
