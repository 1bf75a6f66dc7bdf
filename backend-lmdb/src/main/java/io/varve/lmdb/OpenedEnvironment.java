// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.directory.FileFailure;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.lmdbjava.CopyFlags;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An environment that was opened for writing, with all of its databases. It is new, or has a format that this
 * version reads.
 *
 * @param env open for writing
 * @param databases all of its databases
 * @param liveBytes bytes in use
 */
record OpenedEnvironment(Env<ByteBuffer> env, Databases databases, long liveBytes) {
    static final String DATA = "data.mdb";
    private static final Logger LOG = LoggerFactory.getLogger(OpenedEnvironment.class);
    private static final String COMPACT = "compact.tmp";
    private static final boolean IS_WINDOWS = System.getProperty("os.name").startsWith("Windows");

    /**
     * Opens an environment, or creates it.
     *
     * @param directory an existing directory that this process has locked
     * @throws StorageException MISUSE if the library cannot be loaded, or a newer version has written the
     *     environment; CORRUPT if it is damaged
     */
    static OpenedEnvironment open(Path directory, LmdbConfig config, FailPoints failPoints) {
        NativeLibrary.require();
        try {
            boolean isNew = DataFileCheck.isNew(directory);
            ReaderTable.allocate(directory, config.maxReaders());
            if (config.compactOnStart() && !isNew) {
                compact(directory, config, failPoints);
            }
            Env<ByteBuffer> env = env(directory, config);
            try {
                DataFileCheck.lengthen(directory, env);
                int dead = env.readerCheck();
                if (dead > 0) {
                    LOG.info("{}: {} reader slots of processes that are no more were given back", directory, dead);
                }
                truncateUncommitted(directory, env);
                OpenedEnvironment opened = prepare(directory, env);
                if (isNew) {
                    force(directory);
                }
                return opened;
            } catch (RuntimeException | IOException e) {
                env.close();
                throw e;
            }
        } catch (LmdbException e) {
            throw LmdbErrors.opening(directory, config.mapInitialBytes(), e);
        } catch (IOException e) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    "data directory " + directory + " (log.dirs) cannot be used: "
                            + FileFailure.words(e, directory, ReaderTable.NAME::equals),
                    e);
        }
    }

    /**
     * Opens the environment with MDB_NOTLS, because several threads use one read transaction after another.
     * There is no flag that leaves out the sync of a commit.
     */
    private static Env<ByteBuffer> env(Path directory, LmdbConfig config) {
        return Env.create()
                .setMapSize(config.mapInitialBytes())
                .setMaxDbs(Databases.COUNT)
                .setMaxReaders(config.maxReaders())
                .open(directory.toFile(), EnvFlags.MDB_NOTLS);
    }

    /**
     * Truncates the file after the pages of the last commit. An earlier process may have written pages there
     * whose sync failed. The system then has them in memory and counts them as written. Bytes written in the
     * same place could be lost, although their sync succeeds.
     */
    private static void truncateUncommitted(Path directory, Env<ByteBuffer> env) throws IOException {
        if (IS_WINDOWS) {
            return; // there the file is as long as the map, and a mapped file cannot be truncated
        }
        long committed = (env.info().lastPageNumber + 1) * env.stat().pageSize;
        try (FileChannel channel = FileChannel.open(directory.resolve(DATA), StandardOpenOption.WRITE)) {
            channel.truncate(committed);
        }
    }

    private static OpenedEnvironment prepare(Path directory, Env<ByteBuffer> env) {
        ByteBuffer key = ByteBuffer.allocateDirect(KeyCodec.MAX_KEY_BYTES);
        ByteBuffer value = ByteBuffer.allocateDirect(KeyCodec.MAX_VALUE_BYTES);
        boolean empty = env.stat().entries == 0; // also after a start that died before its first commit
        try (Txn<ByteBuffer> txn = env.txnWrite()) {
            Dbi<ByteBuffer> meta = Databases.open(env, txn, Databases.META, DbiFlags.MDB_CREATE);
            ByteBuffer format = meta.get(txn, KeyCodec.number(key, KeyCodec.FORMAT_KEY));
            if (format == null && empty) {
                meta.put(txn, key, value.clear().putInt(KeyCodec.FORMAT).flip());
                meta.put(
                        txn,
                        KeyCodec.number(key, KeyCodec.NEXT_NUMBER_KEY),
                        value.clear().putInt(1).flip());
            } else {
                requireFormat(directory.resolve(DATA), format);
            }
            Databases databases = Databases.open(env, txn, meta, DbiFlags.MDB_CREATE);
            long live;
            try (WriteTransaction write = new WriteTransaction(txn, databases, key, value)) {
                live = write.livePages() * env.stat().pageSize;
            }
            txn.commit();
            return new OpenedEnvironment(env, databases, live);
        }
    }

    /**
     * Requires that this version reads a format.
     *
     * @param format the stored format, or null
     * @throws StorageException MISUSE if there is no format, or a newer one
     */
    static void requireFormat(Path data, ByteBuffer format) {
        if (format == null || format.remaining() != Integer.BYTES) {
            throw new StorageException(
                    StorageException.Kind.MISUSE, data + " says nothing of its format: it is another program's");
        }
        int found = format.getInt(format.position());
        if (found > KeyCodec.FORMAT) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    data + " is of format " + found + ", this version reads up to " + KeyCodec.FORMAT
                            + ": start the newer version that wrote it");
        }
    }

    /**
     * Rewrites the environment without its free pages: a copy aside, forced, then renamed over the old file.
     */
    private static void compact(Path directory, LmdbConfig config, FailPoints failPoints) throws IOException {
        Path data = directory.resolve(DATA);
        Path aside = directory.resolve(COMPACT);
        Path copy = aside.resolve(DATA);
        Files.deleteIfExists(copy);
        Files.createDirectories(aside);
        long before = Files.size(data);
        try (Env<ByteBuffer> env = env(directory, config)) {
            env.copy(aside.toFile(), CopyFlags.MDB_CP_COMPACT);
        }
        force(copy);
        failPoints.hit(LmdbFailPoints.COMPACT_BEFORE_RENAME);
        Files.move(copy, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        failPoints.hit(LmdbFailPoints.COMPACT_AFTER_RENAME);
        force(directory);
        Files.delete(aside);
        LOG.info("{} was rewritten: {} bytes, {} before", data, Files.size(data), before);
    }

    private static void force(Path path) throws IOException {
        if (Files.isDirectory(path) && IS_WINDOWS) {
            return; // there a directory cannot be opened, and renaming is durable by itself
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
