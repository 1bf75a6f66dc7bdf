// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.directory.DiskReserve;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.lmdbjava.Env;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the length of LMDB's data file before LMDB maps it, and lengthens the file where that is safe. LMDB
 * itself checks no length. It creates a missing file anew, and the system kills a process that reads a mapped
 * page behind the end of the file. Stateless.
 */
final class DataFileCheck {
    private static final Logger LOG = LoggerFactory.getLogger(DataFileCheck.class);
    /** Bytes of LMDB's first two pages, which describe the others. */
    private static final int META_PAGES = 2 * 4096;

    private DataFileCheck() {}

    /**
     * Tells whether the environment is new. Call before LMDB opens the file.
     *
     * @param directory an existing directory that this process has locked
     * @return true if there is no file yet
     * @throws StorageException CORRUPT if the file is missing or too short, but the directory was in use
     *     before, or if its first pages are damaged; MISUSE if another LMDB has written it
     */
    static boolean isNew(Path directory) throws IOException {
        Path data = directory.resolve(OpenedEnvironment.DATA);
        if (!Files.exists(data) && Files.isSymbolicLink(data)) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    data + " is a link to " + Files.readSymbolicLink(data)
                            + ", which is not there: mount what it is on, or bring the file back");
        }
        if (Files.isDirectory(data)) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    data + " is a directory, and must be LMDB's file" + LmdbErrors.BRING_BACK);
        }
        long size = Files.exists(data) ? Files.size(data) : 0;
        if (size >= META_PAGES) {
            MetaPages.require(data);
            return false;
        }
        // The reserve is filled only after the first commit, and only LMDB has a reader table: with both,
        // there was a data file.
        boolean wasThere =
                Files.exists(directory.resolve(DiskReserve.NAME)) && Files.exists(directory.resolve(ReaderTable.NAME));
        if (size > 0 || wasThere) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    data + " is " + (size > 0 ? "only " + size + " bytes long" : "missing or empty")
                            + ", and the directory was in use: bring the file back, or empty the directory to begin anew");
        }
        return true;
    }

    /**
     * Lengthens the file with zeros to the end of its last page. A sound file may be shorter: its last pages
     * may have been freed before they were ever written. If the file was cut short, reads of the missing
     * pages fail, because zeros are no valid page, and other reads go on. Zeros within a page would not be
     * detected: such a file is refused.
     *
     * @param env the open environment, without a transaction yet
     * @throws StorageException CORRUPT if the file ends within one of its pages
     */
    static void lengthen(Path directory, Env<ByteBuffer> env) throws IOException {
        Path data = directory.resolve(OpenedEnvironment.DATA);
        int page = env.stat().pageSize;
        long wanted = (env.info().lastPageNumber + 1) * page;
        long size = Files.size(data);
        if (size >= wanted) {
            return;
        }
        if (size % page != 0) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    data + " is cut short: it ends within a page, at byte " + size + " of " + wanted
                            + LmdbErrors.BRING_BACK);
        }
        LOG.warn(
                "{} is {} bytes long, and its pages take {}: if it was cut short, what was there is lost, and reads of it fail",
                data,
                size,
                wanted);
        try (FileChannel file = FileChannel.open(data, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(1), wanted - 1);
        }
    }
}
