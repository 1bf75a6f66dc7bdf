// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.runtime.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps decoded chunks in files, one each, over starts of the server. Chunks that were read again from disk
 * go last, and are at most half of all. A disk that fails costs speed only: the cache reports it once, and
 * tries again later. Thread-safe.
 */
final class DiskCache {
    private static final Logger LOG = LoggerFactory.getLogger(DiskCache.class);
    private static final int MAX_OPEN = 256;
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Path directory;
    private final long capacity;
    private final Clock clock;
    private final Map<ChunkKey, Long> once = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<ChunkKey, Long> often = new LinkedHashMap<>(16, 0.75f, true);
    private final ReentrantLock writing = new ReentrantLock();
    private final AtomicInteger openSlices = new AtomicInteger();
    private long bytes;
    private long oftenBytes;
    private boolean failing;
    private long pausedUntil;

    /**
     * Finds the files of an earlier start.
     *
     * @param capacity max bytes of files; 0 for no cache
     */
    DiskCache(Path directory, long capacity, Clock clock) {
        this.directory = directory;
        this.capacity = capacity;
        this.clock = clock;
        if (capacity > 0 && Files.isDirectory(directory)) {
            find();
        }
    }

    synchronized boolean contains(ChunkKey key) {
        return once.containsKey(key) || often.containsKey(key);
    }

    /** @return bytes of files */
    synchronized long bytes() {
        return bytes;
    }

    /** @return files that slices hold open */
    int openFiles() {
        return openSlices.get();
    }

    /**
     * Writes a chunk's file, if it is not there.
     *
     * @param batches the decoded chunk, from 0 to its limit
     */
    void put(ChunkKey key, ByteBuffer batches) {
        long size = CacheFile.sizeOf(batches.limit());
        if (size > capacity) {
            return;
        }
        writing.lock();
        try {
            if (!contains(key) && !isPaused()) {
                write(key, batches, size);
            }
        } finally {
            writing.unlock();
        }
    }

    private void write(ChunkKey key, ByteBuffer batches, long size) {
        Path file = directory.resolve(CacheFile.name(key));
        try {
            Files.createDirectories(directory);
            for (ChunkKey evicted : makeSpace(size)) {
                Files.deleteIfExists(directory.resolve(CacheFile.name(evicted)));
            }
            CacheFile.write(file, key, batches);
            added(key, size);
        } catch (IOException e) {
            failed("write " + file, e);
            deleteTorn(file);
        }
    }

    /**
     * Reads and verifies a chunk's file. A damaged one is deleted.
     *
     * @param into filled up to its limit with the decoded chunk
     * @return false if the chunk has to come from the bucket
     */
    boolean get(ChunkKey key, ByteBuffer into) {
        Path file = directory.resolve(CacheFile.name(key));
        try {
            if (contains(key) && CacheFile.read(file, key, into)) {
                readAgain(key);
                return true;
            }
            if (!contains(key)) {
                return false;
            }
            LOG.warn("{} is damaged or gone; its chunk is read from the bucket", file);
        } catch (IOException e) {
            LOG.warn("Cannot read {}; its chunk is read from the bucket ({})", file, e.toString());
        }
        drop(key);
        return false;
    }

    /**
     * Opens a part of a chunk whose file was written or verified since the start.
     *
     * @return null if the chunk is not on disk, or too many files are open
     */
    CacheFileSlice slice(ChunkKey key, int from, int length) {
        if (!contains(key)) {
            return null;
        }
        if (openSlices.incrementAndGet() > MAX_OPEN) {
            openSlices.decrementAndGet();
            return null;
        }
        Path file = directory.resolve(CacheFile.name(key));
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            return new CacheFileSlice(file, channel, from, length, openSlices::decrementAndGet, () -> drop(key));
        } catch (IOException e) {
            openSlices.decrementAndGet();
            LOG.warn("Cannot open {}; its chunk is read from the bucket ({})", file, e.toString());
            drop(key);
            return null;
        }
    }

    /** Deletes the files of objects that are not kept any more. */
    void keepOnly(Predicate<UUID> objects) {
        List<ChunkKey> all;
        synchronized (this) {
            all = new ArrayList<>(once.keySet());
            all.addAll(often.keySet());
        }
        all.stream().filter(key -> !objects.test(key.object())).forEach(this::drop);
    }

    private void drop(ChunkKey key) {
        Path file = directory.resolve(CacheFile.name(key));
        synchronized (this) {
            Long size = once.remove(key);
            if (size == null) {
                size = often.remove(key);
                oftenBytes -= size == null ? 0 : size;
            }
            bytes -= size == null ? 0 : size;
        }
        deleteTorn(file);
    }

    private synchronized void added(ChunkKey key, long size) {
        once.put(key, size);
        bytes += size;
        if (failing) {
            failing = false;
            LOG.info("The cache in {} can be written again", directory);
        }
    }

    private synchronized List<ChunkKey> makeSpace(long size) {
        List<ChunkKey> evicted = new ArrayList<>();
        evict(once, size, evicted);
        evict(often, size, evicted);
        return evicted;
    }

    private void evict(Map<ChunkKey, Long> from, long size, List<ChunkKey> evicted) {
        for (Iterator<Map.Entry<ChunkKey, Long>> oldest = from.entrySet().iterator();
                bytes + size > capacity && oldest.hasNext(); ) {
            Map.Entry<ChunkKey, Long> entry = oldest.next();
            oldest.remove();
            bytes -= entry.getValue();
            if (from == often) {
                oftenBytes -= entry.getValue();
            }
            evicted.add(entry.getKey());
        }
    }

    private synchronized void readAgain(ChunkKey key) {
        Long size = once.remove(key);
        if (size == null) {
            often.get(key);
            return;
        }
        often.put(key, size);
        oftenBytes += size;
        Iterator<Map.Entry<ChunkKey, Long>> oldest = often.entrySet().iterator();
        while (oftenBytes > capacity / 2) {
            Map.Entry<ChunkKey, Long> demoted = oldest.next();
            oldest.remove();
            oftenBytes -= demoted.getValue();
            once.put(demoted.getKey(), demoted.getValue());
        }
    }

    private synchronized boolean isPaused() {
        return failing && clock.nanos() - pausedUntil < 0;
    }

    private synchronized void failed(String what, IOException cause) {
        pausedUntil = clock.nanos() + PAUSE_NANOS;
        if (!failing) {
            failing = true;
            LOG.warn(
                    "Cannot {} ({}): reads go on without this cache; next attempt in {} s",
                    what,
                    cause.toString(),
                    TimeUnit.NANOSECONDS.toSeconds(PAUSE_NANOS));
        }
    }

    private void find() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                ChunkKey key = CacheFile.key(file.getFileName().toString());
                if (key != null) {
                    long size = Files.size(file);
                    once.put(key, size);
                    bytes += size;
                }
            }
            for (ChunkKey evicted : makeSpace(0)) {
                Files.deleteIfExists(directory.resolve(CacheFile.name(evicted)));
            }
        } catch (IOException e) {
            failed("list " + directory, e);
        }
    }

    /** A file that stays is found damaged by its checksum at the next read. */
    private static void deleteTorn(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("Cannot delete {}", file, e);
        }
    }
}
