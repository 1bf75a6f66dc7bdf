// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SurvivedFailure;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the chunks of a {@link LoadQueue} by agents: several get them from the bucket, one reads them from
 * the cache on disk. Whether or not anyone still waits for it, a loaded chunk goes to the caches.
 */
final class ChunkLoader {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkLoader.class);

    /** A reader gets an answer after this time and that of the requests under way. */
    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long CLOSE_MILLIS = 5000;

    private final LoadQueue queue;
    private final ChunkFetch fetch;
    private final BufferPool pool;
    private final MemoryCache memory;
    private final DiskCache disk;
    private final DiskWriter writer;
    private final ReadTally tally;
    private final Clock clock;
    private final List<Scheduler.Agent> agents = new ArrayList<>();

    /** Names what the loader works on. */
    record Parts(
            LoadQueue queue,
            ChunkFetch fetch,
            BufferPool pool,
            MemoryCache memory,
            DiskCache disk,
            DiskWriter writer) {}

    ChunkLoader(Parts parts, ReadTally tally, Clock clock) {
        this.queue = parts.queue();
        this.fetch = parts.fetch();
        this.pool = parts.pool();
        this.memory = parts.memory();
        this.disk = parts.disk();
        this.writer = parts.writer();
        this.tally = tally;
        this.clock = clock;
    }

    /** @param getters number of requests in flight */
    void start(Scheduler scheduler, int getters) {
        for (int i = 0; i < getters; i++) {
            Getter getter = new Getter();
            getter.agent = scheduler.agent("s3-read-" + i, getter::next);
            agents.add(getter.agent);
        }
        agents.add(scheduler.agent("s3-cache-read", this::readNext));
        List<Scheduler.Agent> loading = List.copyOf(agents);
        queue.onQueued(() -> loading.forEach(Scheduler.Agent::wake));
        Scheduler.Agent writing = scheduler.agent("s3-cache-write", writer::writeNext);
        writer.onQueued(writing::wake);
        agents.add(writing);
    }

    /** Fails all who wait, and ends the agents; one that waits for the bucket ends later by itself. */
    void close() {
        StorageException closed = closed();
        List<ChunkWaiter> waiting = queue.close();
        pool.close();
        writer.close();
        waiting.forEach(waiter -> waiter.failed(closed));
        agents.forEach(agent -> agent.close(CLOSE_MILLIS));
    }

    static StorageException closed() {
        return new StorageException(StorageException.Kind.CLOSED, "the reader of the bucket was closed");
    }

    /** Gets chunks, one request at a time. */
    private final class Getter {
        private volatile Scheduler.Agent agent;
        private CompletableFuture<Void> request = CompletableFuture.completedFuture(null);

        long next() {
            List<PendingChunk> run = request.isDone() ? queue.takeFromBucket() : List.of();
            if (run.isEmpty()) {
                return Scheduler.AgentStep.UNTIL_WOKEN;
            }
            request = get(run);
            if (!request.isDone()) {
                request.whenComplete((nothing, failure) -> agent.wake());
            }
            return Scheduler.AgentStep.AGAIN;
        }
    }

    private long readNext() {
        PendingChunk chunk = queue.takeFromDisk();
        if (chunk == null) {
            return Scheduler.AgentStep.UNTIL_WOKEN;
        }
        load(List.of(chunk), this::readFromDisk);
        return Scheduler.AgentStep.AGAIN;
    }

    /** Loads chunks; removes those that it is done with from the list. */
    @FunctionalInterface
    private interface Load {
        void load(List<PendingChunk> left);
    }

    /** Whatever happens, each chunk's waiters are called, and the agent goes on. */
    private void load(List<PendingChunk> run, Load load) {
        List<PendingChunk> left = new ArrayList<>(run);
        try {
            load.load(left);
        } catch (RuntimeException | Error e) {
            fail(run, left, e);
        }
    }

    private void fail(List<PendingChunk> run, List<PendingChunk> left, Throwable e) {
        if (e instanceof StorageException failure) {
            left.forEach(chunk -> fail(chunk, failure));
            return;
        }
        left.forEach(chunk ->
                fail(chunk, new StorageException(StorageException.Kind.RETRY, "cannot load " + chunk.key(), e)));
        SurvivedFailure.log(
                LOG, "cannot load " + run.size() + " chunks from " + run.get(0).key() + " on", e);
    }

    /** @return completed when each chunk's waiters were called */
    private CompletableFuture<Void> get(List<PendingChunk> run) {
        List<ByteBuffer> buffers;
        try {
            List<Integer> sizes = new ArrayList<>();
            sizes.add(ChunkFetch.storedBytes(run));
            run.forEach(chunk -> sizes.add(chunk.place.chunk().bytes()));
            buffers = lend(run, sizes);
        } catch (RuntimeException | Error e) {
            fail(run, run, e);
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> got;
        try {
            got = fetch.get(run, buffers.get(0));
        } catch (RuntimeException | Error e) {
            got = CompletableFuture.failedFuture(e);
        }
        return got.handle((nothing, failure) -> {
            load(run, left -> decodeAll(left, buffers, failure));
            return null;
        });
    }

    private void decodeAll(List<PendingChunk> left, List<ByteBuffer> buffers, Throwable failure) {
        List<PendingChunk> run = List.copyOf(left);
        int taken = 1;
        try {
            if (failure != null) {
                fail(run, left, failure);
                return;
            }
            ByteBuffer stored = buffers.get(0);
            int at = 0;
            for (PendingChunk chunk : run) {
                int bytes = chunk.place.chunk().storedBytes();
                DecodedChunk decoded = decode(chunk, stored.slice(at, bytes), buffers.get(taken));
                at += bytes;
                left.remove(chunk);
                if (decoded != null) {
                    taken++;
                    publish(chunk, decoded, true);
                }
            }
        } finally {
            pool.give(buffers.get(0));
            buffers.subList(taken, buffers.size()).forEach(pool::give);
        }
    }

    /** @return null if it is damaged: its waiters know then, and the other chunks of the request go on */
    private DecodedChunk decode(PendingChunk chunk, ByteBuffer stored, ByteBuffer lent) {
        int bytes = chunk.place.chunk().bytes();
        try {
            fetch.decode(chunk.place, stored, lent.clear().limit(bytes));
            return new DecodedChunk(chunk.key(), lent.rewind(), pool, chunk.ahead);
        } catch (StorageException e) {
            fail(chunk, e);
            return null;
        }
    }

    private void readFromDisk(List<PendingChunk> left) {
        PendingChunk chunk = left.get(0);
        List<ByteBuffer> buffers = lend(left, List.of(chunk.place.chunk().bytes()));
        boolean found = false;
        try {
            found = disk.get(chunk.key(), buffers.get(0));
        } finally {
            if (!found) {
                pool.give(buffers.get(0));
            }
        }
        left.clear();
        if (found) {
            tally.diskHits.increment();
            publish(chunk, new DecodedChunk(chunk.key(), buffers.get(0).rewind(), pool, chunk.ahead), false);
        } else {
            queue.missedOnDisk(chunk);
        }
    }

    /** Chunks that nobody waits for get memory that is free, or none. */
    private List<ByteBuffer> lend(List<PendingChunk> run, List<Integer> sizes) {
        List<ByteBuffer> buffers = pool.tryTake(sizes);
        OptionalLong since = queue.wantedSince(run);
        if (since.isPresent()) {
            long left = MAX_WAIT_NANOS - (clock.nanos() - since.getAsLong());
            if (left > 0 && buffers.isEmpty()) {
                buffers = pool.take(sizes, left);
            } else if (left <= 0) {
                buffers.forEach(pool::give);
                buffers = List.of();
            }
        }
        if (buffers.isEmpty()) {
            ChunkPlace place = run.get(0).place;
            throw new StorageException(
                    StorageException.Kind.RETRY,
                    "chunk " + place.chunk().number() + " of object "
                            + place.segment().key() + " of " + place.id()
                            + " was not read in time: too many reads before it, or too many open slices; "
                            + pool.used() + " of " + pool.limit() + " bytes of s3.read.memory are in use");
        }
        return buffers;
    }

    private void publish(PendingChunk pending, DecodedChunk chunk, boolean fromBucket) {
        try {
            memory.put(chunk);
            for (ChunkWaiter waiter : queue.finish(pending)) {
                waiter.loaded(chunk);
            }
            if (fromBucket) {
                writer.offer(chunk);
            }
        } finally {
            chunk.release();
        }
    }

    private void fail(PendingChunk pending, StorageException failure) {
        for (ChunkWaiter waiter : queue.finish(pending)) {
            waiter.failed(failure);
        }
    }
}
