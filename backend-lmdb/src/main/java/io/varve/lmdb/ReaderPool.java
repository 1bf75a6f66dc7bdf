// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pools an environment's read transactions. Each has a slot in LMDB's table of readers, which other processes
 * share. A process that is killed within a transaction keeps its slot, and pins the pages that the
 * transaction saw, until another process releases the slots of dead readers. Thread-safe, while the
 * environment is open.
 */
final class ReaderPool {
    private static final Logger LOG = LoggerFactory.getLogger(ReaderPool.class);
    /**
     * Max ms that a read waits for the end of another one when other processes have all slots: reads take
     * microseconds.
     */
    private static final long MAX_WAIT_MS = 1_000;

    private final Env<ByteBuffer> env;
    private final Databases databases;
    private final Path directory;
    private final LinkedBlockingDeque<ReadTransaction> idle = new LinkedBlockingDeque<>();
    private final AtomicInteger open = new AtomicInteger();

    ReaderPool(Env<ByteBuffer> env, Databases databases, Path directory) {
        this.env = env;
        this.databases = databases;
        this.directory = directory;
    }

    /**
     * @return a transaction that sees the last commit; call {@link #release} after use
     * @throws StorageException RETRY if other processes have every slot, and this process releases none soon
     * @throws LmdbException if LMDB fails
     */
    ReadTransaction acquire() {
        ReadTransaction txn = idle.poll();
        return txn == null ? open() : renewed(txn);
    }

    private ReadTransaction open() {
        try {
            return opened();
        } catch (Env.ReadersFullException e) {
            return releaseDead() > 0 ? openedAfterDead() : awaitIdle(e);
        }
    }

    private ReadTransaction openedAfterDead() {
        try {
            return opened();
        } catch (Env.ReadersFullException e) {
            return awaitIdle(e); // another process was faster
        }
    }

    private ReadTransaction opened() {
        ReadTransaction txn = ReadTransaction.open(env.txnRead(), databases);
        open.incrementAndGet();
        return txn;
    }

    private ReadTransaction awaitIdle(Env.ReadersFullException full) {
        ReadTransaction txn = open.get() > 0 ? poll() : null;
        if (txn == null) {
            throw new StorageException(
                    StorageException.Kind.RETRY,
                    "the " + env.info().maxReaders + " reader slots (" + LmdbConfig.MAX_READERS + ") of " + directory
                            + " are taken by other processes",
                    full);
        }
        return renewed(txn);
    }

    /** Waits for an idle transaction. An interrupt is kept for the caller, and does not end the wait. */
    private ReadTransaction poll() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return idle.poll(MAX_WAIT_MS, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private ReadTransaction renewed(ReadTransaction txn) {
        try {
            txn.renew();
            return txn;
        } catch (RuntimeException e) {
            drop(txn);
            throw e;
        }
    }

    void release(ReadTransaction txn) {
        try {
            txn.reset();
            idle.push(txn);
        } catch (RuntimeException e) {
            drop(txn);
            throw e;
        }
    }

    private void drop(ReadTransaction txn) {
        open.decrementAndGet();
        txn.close();
    }

    /**
     * Releases the slots of readers whose processes have died.
     *
     * @return number of slots released
     */
    int releaseDead() {
        int dead = env.readerCheck();
        if (dead > 0) {
            LOG.info("{}: {} reader slots of processes that are no more were given back", directory, dead);
        }
        return dead;
    }

    /** Closes the idle transactions; call when none is in use. */
    void close() {
        for (ReadTransaction txn = idle.poll(); txn != null; txn = idle.poll()) {
            drop(txn);
        }
    }
}
