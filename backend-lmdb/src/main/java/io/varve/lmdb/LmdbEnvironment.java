// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.RecentAppends;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.lmdbjava.Env;
import org.lmdbjava.EnvInfo;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * Runs transactions on an open LMDB environment: short read transactions of any number of threads, and one
 * write transaction at a time. Grows the map when it is full. Thread-safe.
 *
 * <p>Growing moves the map, so no transaction may be open meanwhile. A reader holds the read lock of
 * {@code gate} while it copies bytes out; growing holds its write lock. Order of locks: the writer's, then
 * the gate or a partition's monitor.
 */
final class LmdbEnvironment implements AutoCloseable {
    /** Max bytes the map grows by at a time. */
    private static final long MAX_GROWTH = 1L << 30;

    /**
     * A disk with fewer free bytes counts as full. Where only part of a write finds space, LMDB reports an
     * I/O error.
     */
    private static final long NEARLY_FULL = 1L << 16;

    private static final long MIN_RESERVE = 16L << 20;
    private static final long MAX_RESERVE = 1L << 30;

    /**
     * Changes the environment within one transaction. It is called again, on another transaction, when the
     * map had to grow first.
     *
     * @param <T> what the caller learns from the change
     */
    @FunctionalInterface
    interface Change<T> {
        T apply(WriteTransaction txn);
    }

    final Path directory;
    final FailPoints failPoints;
    final Clock clock;
    final StagingMemory staging;
    final ReadBuffers buffers;
    final SpaceCheck space;
    final boolean verifiesReads;
    /** The span of what counts as appended of late, in bytes. */
    final long recentSpan = RecentAppends.span();
    /** Bytes of batches appended since the start. */
    final AtomicLong appended = new AtomicLong();

    final Databases databases;
    /** Stores that a replacement is writing, and no segment refers to yet. */
    final Set<Integer> unpublishedStores = ConcurrentHashMap.newKeySet();
    /** Held by the thread that has a write transaction, or that needs to exclude one. */
    final ReentrantLock writer = new ReentrantLock();

    private final Env<ByteBuffer> env;
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
    private final Semaphore slots;
    private final ReaderPool readers;
    private final ByteBuffer key = ByteBuffer.allocateDirect(KeyCodec.MAX_KEY_BYTES);
    private final ByteBuffer value = ByteBuffer.allocateDirect(KeyCodec.MAX_VALUE_BYTES);
    private final int pageBytes;
    private final long mapLimit;
    private long mapBytes;
    private boolean closed;

    /** @param clock tells when batches are appended, and limits how often refused writes are logged */
    LmdbEnvironment(Path directory, OpenedEnvironment opened, LmdbConfig config, FailPoints failPoints, Clock clock) {
        this.directory = directory;
        this.failPoints = failPoints;
        this.clock = clock;
        this.env = opened.env();
        this.databases = opened.databases();
        this.staging = new StagingMemory(config.stagingBytes());
        this.buffers = new ReadBuffers(config.readBytes());
        this.space = new SpaceCheck(directory, config, staging, clock);
        this.verifiesReads = config.readVerify();
        this.slots = new Semaphore(config.maxReaders());
        this.readers = new ReaderPool(env, databases, directory);
        this.pageBytes = env.stat().pageSize;
        this.mapBytes = env.info().mapSize;
        // Deletions and trims need pages, too, before they free any.
        long reserve = Math.min(MAX_RESERVE, Math.max(MIN_RESERVE, config.mapMaxBytes() / 4));
        this.mapLimit = config.mapMaxBytes() + reserve;
        space.committed(opened.liveBytes());
        space.reserve.restore();
    }

    /**
     * Reads within a transaction that sees one commit.
     *
     * @param read must not keep memory of the map, nor take the writer's lock
     * @throws StorageException CLOSED after {@link #close}; CORRUPT; RETRY
     */
    <T> T read(Function<ReadTransaction, T> read) {
        slots.acquireUninterruptibly();
        gate.readLock().lock();
        try {
            requireOpen();
            ReadTransaction txn = readers.acquire();
            try {
                return read.apply(txn);
            } finally {
                readers.release(txn);
            }
        } catch (LmdbException e) {
            throw LmdbErrors.read("reading", directory, e);
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw LmdbErrors.tooShort("reading", directory, e);
        } finally {
            gate.readLock().unlock();
            slots.release();
        }
    }

    /**
     * Commits a change; durable on return. Call with {@link #writer} held.
     *
     * @param bytes about how many bytes of batches it stores
     * @param failPoint passed before the commit
     * @return what the change returned in the transaction that was committed
     * @throws StorageException CLOSED after {@link #close}; CORRUPT if the change met an entry that is too
     *     short
     * @throws LmdbException if the transaction failed; nothing of it was kept
     */
    <T> T commit(long bytes, String failPoint, Change<T> change) {
        return commit(bytes, failPoint, change, mapLimit);
    }

    /**
     * As {@link #commit}, for a change that frees space, but must write pages first: the map may grow above
     * its limit.
     */
    <T> T commitFreeingSpace(long bytes, String failPoint, Change<T> change) {
        return commit(bytes, failPoint, change, Long.MAX_VALUE);
    }

    /** @param maxMapBytes bytes up to which the map may grow */
    private <T> T commit(long bytes, String failPoint, Change<T> change, long maxMapBytes) {
        requireOpen();
        growFor(SpaceCheck.needed(bytes), maxMapBytes);
        boolean readersChecked = false;
        while (true) {
            try (Txn<ByteBuffer> txn = env.txnWrite()) {
                T result;
                long live;
                try (WriteTransaction write = new WriteTransaction(txn, databases, key, value)) {
                    result = change.apply(write);
                    live = write.livePages();
                }
                failPoints.hit(failPoint);
                txn.commit();
                space.committed(live * pageBytes);
                return result;
            } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
                throw LmdbErrors.tooShort("committing", directory, e);
            } catch (LmdbException e) {
                // Releasing the pages that dead readers pin may be enough.
                boolean freed = !readersChecked && isOutOfSpace(e) && readers.releaseDead() > 0;
                readersChecked |= isOutOfSpace(e);
                if (!freed && !(e instanceof Env.MapFullException && grow(mapBytes * 2, maxMapBytes))) {
                    throw e;
                }
            }
        }
    }

    /** As {@link #commitFreeingSpace}. When the disk is full, releases the reserve and commits again. */
    <T> T commitWithReserve(String failPoint, Change<T> change) {
        try {
            return commitFreeingSpace(0, failPoint, change);
        } catch (LmdbException e) {
            if (!isOutOfSpace(e) || !space.reserve.release()) {
                throw e;
            }
            return commitFreeingSpace(0, failPoint, change);
        }
    }

    /** Releases the slots of readers whose processes have died. */
    void releaseDeadReaders() {
        gate.readLock().lock();
        try {
            if (!closed) {
                readers.releaseDead();
            }
        } catch (LmdbException e) {
            throw LmdbErrors.read("looking for dead readers", directory, e);
        } finally {
            gate.readLock().unlock();
        }
    }

    /** @return true if a write failed because there is no space, in the map or on the disk */
    boolean isOutOfSpace(LmdbException e) {
        return LmdbErrors.isOutOfSpace(e) || LmdbErrors.isInputOutput(e) && space.usable() < NEARLY_FULL;
    }

    private void growFor(long bytes, long maxMapBytes) {
        long needed = (env.info().lastPageNumber + 1) * pageBytes + bytes;
        if (needed > mapBytes) {
            grow(needed, maxMapBytes);
        }
    }

    /** @return false if the map is as large as it may be */
    private boolean grow(long wanted, long maxMapBytes) {
        long step = Math.min(mapBytes, MAX_GROWTH);
        long target = Math.min(maxMapBytes, Math.max(wanted - wanted % pageBytes + pageBytes, mapBytes + step));
        if (target <= mapBytes) {
            return false;
        }
        gate.writeLock().lock();
        try {
            env.setMapSize(target);
            mapBytes = target;
            return true;
        } finally {
            gate.writeLock().unlock();
        }
    }

    EnvInfo info() {
        return env.info();
    }

    void requireOpen() {
        if (closed) {
            throw new StorageException(StorageException.Kind.CLOSED, "the storage in " + directory + " is closed");
        }
    }

    /** Waits for readers and the writer, then closes the map. Idempotent. */
    @Override
    public void close() {
        writer.lock();
        gate.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                readers.close();
                env.close();
            }
        } finally {
            gate.writeLock().unlock();
            writer.unlock();
        }
    }
}
