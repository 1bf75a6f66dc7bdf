// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Checks the two pages that describe an environment before LMDB maps it, to say in words what LMDB says by a
 * number, or does not see: it takes a page size and a number of pages as it finds them. Numbers are in the
 * machine's byte order.
 *
 * <pre>
 *   0 page header
 *  16 magic      int32   0xBEEFC0DE
 *  20 version    int32   1 in every LMDB 0.9
 *  32 map size   int64   bytes of the map when the page was written
 *  40 page size  int32
 * 136 last page  int64   number of the last page in use
 * </pre>
 */
final class MetaPages {
    private static final int MAGIC = 0xBEEFC0DE;
    private static final int VERSION = 1;
    private static final int MAGIC_AT = 16;
    private static final int VERSION_AT = 20;
    private static final int MAP_SIZE_AT = 32;
    private static final int PAGE_SIZE_AT = 40;
    private static final int LAST_PAGE_AT = 136;
    private static final int READ = 152;
    private static final int MIN_PAGE = 512;
    private static final int MAX_PAGE = 1 << 16;

    private MetaPages() {}

    /**
     * Requires that LMDB can open a file.
     *
     * @param data the environment's data file, which is at least as long as two of the smallest pages
     * @throws StorageException MISUSE if a newer LMDB or a machine with the other byte order has written it;
     *     CORRUPT if it is not LMDB's, or damaged
     */
    static void require(Path data) throws IOException {
        try (FileChannel file = FileChannel.open(data, StandardOpenOption.READ)) {
            ByteBuffer first = read(file, 0);
            requireMeta(data, first, "");
            int page = first.getInt(PAGE_SIZE_AT);
            if (Integer.bitCount(page) != 1 || page < MIN_PAGE || page > MAX_PAGE) {
                throw damaged(data, "it says its pages have " + page + " bytes");
            }
            if (file.size() < 2L * page) {
                throw damaged(data, "its " + file.size() + " bytes are less than two pages of " + page);
            }
            ByteBuffer second = read(file, page);
            requireMeta(data, second, " at byte " + page);
            for (ByteBuffer meta : new ByteBuffer[] {first, second}) {
                long last = meta.getLong(LAST_PAGE_AT);
                long map = meta.getLong(MAP_SIZE_AT);
                if (last < 1 || last >= Math.max(map, 0) / page) {
                    throw damaged(data, "it says its last page is " + last + ", in a map of " + map + " bytes");
                }
            }
        }
    }

    private static ByteBuffer read(FileChannel file, long from) throws IOException {
        ByteBuffer meta = ByteBuffer.allocate(READ).order(ByteOrder.nativeOrder());
        while (meta.hasRemaining() && file.read(meta, from + meta.position()) > 0) {
            // goes on until the page is read or the file ends
        }
        return meta;
    }

    private static void requireMeta(Path data, ByteBuffer meta, String where) {
        int magic = meta.getInt(MAGIC_AT);
        if (magic == Integer.reverseBytes(MAGIC)) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    data + " was written on a machine with the other byte order: start it there, or on one like it");
        }
        if (magic != MAGIC) {
            throw damaged(data, "LMDB's magic number is not where it must be" + where);
        }
        int version = meta.getInt(VERSION_AT);
        if (version != VERSION) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    data + " has version " + version + " of LMDB's format" + where + ", and this LMDB reads " + VERSION
                            + ": start the version of Varve that wrote it");
        }
    }

    private static StorageException damaged(Path data, String why) {
        return new StorageException(
                StorageException.Kind.CORRUPT, data + " is damaged, or not LMDB's: " + why + LmdbErrors.BRING_BACK);
    }
}
