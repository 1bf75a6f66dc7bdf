// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Allocates LMDB's table of readers, a file that LMDB maps. Stateless. */
final class ReaderTable {
    static final String NAME = "lock.mdb";
    /** Bytes of a reader's slot: LMDB gives each a cache line. */
    private static final int SLOT = 64;
    /** Slots that the table's header takes, and some spare ones. */
    private static final int HEADER = 8;

    private static final int PAGE = 4096;

    private ReaderTable() {}

    /**
     * Writes zeros where the table will be. LMDB would leave a hole in the file, and the system kills a
     * process that writes to a mapped hole when the disk is full.
     *
     * @param directory an existing directory that no server uses
     * @param readers number of slots
     */
    static void allocate(Path directory, int readers) throws IOException {
        int size = ((readers + HEADER) * SLOT + PAGE - 1) / PAGE * PAGE;
        try (FileChannel file =
                FileChannel.open(directory.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long at = file.size();
            while (at < size) {
                at += file.write(ByteBuffer.allocate((int) (size - at)), at);
            }
        }
    }
}
