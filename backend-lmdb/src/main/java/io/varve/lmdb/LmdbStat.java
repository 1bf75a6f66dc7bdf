// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.StorageException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.EnvInfo;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * Prints statistics of an environment: pages, readers, partitions. Changes nothing; a server may use the
 * environment meanwhile.
 */
public final class LmdbStat {
    private record Row(String name, long start, long end, int segments, long bytes) {}

    private final Path directory;
    private final PrintStream out;

    private LmdbStat(Path directory, PrintStream out) {
        this.directory = directory;
        this.out = out;
    }

    /**
     * @param directory a data directory
     * @param out gets the lines
     * @throws StorageException MISUSE if there is no environment in the directory; CORRUPT or RETRY if it
     *     cannot be read
     */
    public static void print(Path directory, PrintStream out) {
        try {
            new LmdbStat(directory, out).print();
        } catch (LmdbException e) {
            throw LmdbErrors.read("reading the environment", directory, e);
        }
    }

    private void print() {
        Path data = directory.resolve(OpenedEnvironment.DATA);
        if (!Files.exists(data)) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    "there is no " + OpenedEnvironment.DATA + " in it: not an LMDB data directory");
        }
        NativeLibrary.require();
        try (Env<ByteBuffer> env = Env.create()
                        .setMaxDbs(Databases.COUNT)
                        .open(directory.toFile(), EnvFlags.MDB_RDONLY_ENV, EnvFlags.MDB_NOTLS);
                Txn<ByteBuffer> txn = env.txnRead()) {
            Dbi<ByteBuffer> meta = Databases.open(env, txn, Databases.META);
            OpenedEnvironment.requireFormat(
                    data,
                    meta.get(
                            txn,
                            KeyCodec.number(ByteBuffer.allocateDirect(KeyCodec.MAX_KEY_BYTES), KeyCodec.FORMAT_KEY)));
            Databases databases = Databases.open(env, txn, meta);
            pages(env, txn, databases, data);
            partitions(ReadTransaction.open(txn, databases), databases);
        }
    }

    private void pages(Env<ByteBuffer> env, Txn<ByteBuffer> txn, Databases databases, Path data) {
        EnvInfo info = env.info();
        long pageBytes = env.stat().pageSize;
        long live = 0;
        Map<String, Long> entries = new TreeMap<>();
        for (Dbi<ByteBuffer> database : databases.all()) {
            var stat = database.stat(txn);
            live += stat.branchPages + stat.leafPages + stat.overflowPages;
            entries.put(new String(database.getName(), StandardCharsets.US_ASCII), stat.entries);
        }
        long pages = info.lastPageNumber + 1;
        out.printf("%s%n", data);
        out.printf(Locale.ROOT, "  pages         %,d of %,d bytes: %,d bytes%n", pages, pageBytes, pages * pageBytes);
        out.printf(Locale.ROOT, "  in use        %,d: %,d bytes%n", live, live * pageBytes);
        out.printf(Locale.ROOT, "  free          %,d, with the list of them%n", pages - live);
        out.printf(Locale.ROOT, "  map           %,d bytes%n", info.mapSize);
        out.printf(Locale.ROOT, "  reader slots  %,d used of %,d%n", info.numReaders, info.maxReaders);
        out.printf(Locale.ROOT, "  transaction   %,d%n", info.lastTransactionId);
        entries.forEach((name, count) -> out.printf(Locale.ROOT, "  entries       %,d %s%n", count, name));
    }

    /** Prints the partitions. The caller closes the transaction. */
    private void partitions(ReadTransaction read, Databases databases) {
        TreeMap<String, Row> rows = new TreeMap<>();
        read.scan(databases.partitions(), ByteBuffer.allocate(0), (key, value) -> {
            int number = KeyCodec.numberOf(key);
            KeyCodec.number(read.key(), number);
            StoredPartitionState state = StoredPartitionState.read(read.get(databases.states()));
            List<LmdbSegment> segments = new ArrayList<>(List.of(state.active()));
            read.scan(databases.segments(), KeyCodec.at(read.key(), number, 0), (at, segment) -> {
                boolean own = KeyCodec.numberOf(at) == number && KeyCodec.offsetOf(at) < state.active().base;
                if (own) {
                    segments.add(LmdbSegment.read(KeyCodec.offsetOf(at), segment));
                }
                return own;
            });
            String name =
                    KeyCodec.partition(value) + (KeyCodec.isSetAside(value) ? " (set aside, " + number + ")" : "");
            long bytes = segments.stream().mapToLong(each -> each.bytes).sum();
            rows.put(name, new Row(name, state.start(), state.end(), segments.size(), bytes));
            return true;
        });
        out.printf("  %-40s %15s %15s %9s %17s%n", "partition", "start", "end", "segments", "bytes");
        rows.values()
                .forEach(row -> out.printf(
                        Locale.ROOT,
                        "  %-40s %,15d %,15d %,9d %,17d%n",
                        row.name,
                        row.start,
                        row.end,
                        row.segments,
                        row.bytes));
    }
}
