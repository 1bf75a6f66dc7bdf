// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.runtime.Ids;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.ParallelWork;
import io.varve.file.disk.SyncThreads;
import io.varve.file.ring.FrameBuffer;
import io.varve.file.ring.RingEntry;
import io.varve.file.ring.RingFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the small commits of all partitions of a data directory durable by one write to the directory's ring.
 * The partitions' logs are forced in the background, before the ring is full. Thread-safe.
 *
 * <p>One lock, held while a frame is written. Nobody holds it and waits for a partition's monitor.
 *
 * <pre>
 * ABSENT ─ many small commits ─▶ CREATING ─▶ PRESENT ─ next commit ─▶ USED ─ failed write ─▶ FAILED ─▶ OFF
 *    └────────── there is a file of the right size ──────▲                  logs forced, file deleted ┘
 * </pre>
 */
public final class CommitRing {
    private static final Logger LOG = LoggerFactory.getLogger(CommitRing.class);
    /** A ring is made when this part of its size was committed in small commits. */
    private static final int EARNED = 16;
    /** A ring takes at most this part of the space that is free. */
    private static final int FREE = 8;

    private static final int PARTITIONS_PER_HELPER = 8;
    /** Blocks that batches leave free: for {@link #forget}, whose callers do not wait for a checkpoint. */
    private static final int SPARE_FOR_EDITS = 16;
    /** Blocks that an edit leaves free: for the frame that gives up others. */
    private static final int SPARE_FOR_GIVING_UP = 1;

    private enum State {
        ABSENT,
        CREATING,
        PRESENT,
        USED,
        FAILED,
        OFF
    }

    private final Path path;
    private final RingSettings settings;
    private final SyncThreads threads;
    private final StorageContext context;
    private final RingUse use = new RingUse();
    /** Held while the file is created; never with the other lock. */
    private final Object creation = new Object();

    private volatile boolean closed;
    /** Guarded by this, as are the fields below. */
    private State state;

    private RingFile file;
    private long committed;
    private boolean checkpointing;

    /** @param threads help to force logs */
    CommitRing(Path directory, RingSettings settings, SyncThreads threads, StorageContext context) {
        this.path = directory.resolve(FileNames.RING);
        this.settings = settings;
        this.threads = threads;
        this.context = context;
        this.state = settings.bytes() == 0 ? State.OFF : State.PRESENT;
    }

    /**
     * Makes partitions durable as far as the ring can.
     *
     * @param stores handles on partitions of the directory
     * @return those that the caller must force
     */
    synchronized List<FileStore> commit(List<FileStore> stores) {
        if (state == State.PRESENT) {
            begin();
        }
        if (state == State.FAILED) {
            checkpointSoon();
        }
        if (state == State.ABSENT) {
            countSmall(stores);
        }
        return state == State.USED ? new RingRound(this, settings).run(stores) : stores;
    }

    /** @return true if {@link #commit} would leave nothing to force, and write only a few bytes */
    synchronized boolean takesAtOnce(List<FileStore> stores) {
        long bytes = 0;
        for (FileStore store : stores) {
            RingShare share = store.partition().durability().ringShare();
            if (share == null || !accepts(store.partition())) {
                return false;
            }
            bytes += share.length() + RingFile.BLOCK;
        }
        return state == State.USED
                && bytes <= settings.commitBytes()
                && file.hasSpace(SPARE_FOR_EDITS + (int) bytes / RingFile.BLOCK);
    }

    private void begin() {
        try {
            file = RingFile.begin(path, settings.bytes(), newEpoch(context.ids()));
            state = file == null ? State.ABSENT : State.USED;
        } catch (IOException e) {
            LOG.warn("{} cannot be used: {}; going on without it", path, e.getMessage());
            state = State.OFF;
        }
    }

    private static long newEpoch(Ids ids) {
        return ids.next().getLeastSignificantBits() | 1; // never that of an empty ring
    }

    private void countSmall(List<FileStore> stores) {
        for (FileStore store : stores) {
            RingShare share = store.partition().durability().ringShare();
            if (share != null && share.length() <= settings.commitBytes()) {
                committed += share.length();
            }
        }
        if (committed >= settings.bytes() / EARNED) {
            state = State.CREATING;
            context.scheduler().schedule(0, this::create);
        }
    }

    private void create() {
        State created = State.OFF;
        synchronized (creation) { // close waits for it: afterwards another owner may create its own
            try {
                if (path.getParent().toFile().getUsableSpace() / FREE < settings.bytes()) {
                    LOG.info("{} is not made: it would take more than an eighth of the space that is free", path);
                } else if (RingFile.create(path, settings.bytes(), () -> closed)) {
                    created = State.PRESENT;
                }
            } catch (IOException e) {
                LOG.warn("{} cannot be made: {}; going on without it", path, e.getMessage());
            }
        }
        synchronized (this) {
            state = closed ? State.OFF : created;
        }
    }

    /** @return true unless a write has failed */
    boolean isUsed() {
        return state == State.USED;
    }

    /** @return the frame to fill; only within a commit */
    FrameBuffer frame() {
        return file.frame();
    }

    /** @return true if the partition's newest batches may be in the ring only */
    boolean accepts(FilePartition partition) {
        return use.has(partition) || use.partitions() < settings.partitions();
    }

    /**
     * Writes the frame; durable when this returns true. Otherwise nothing of it counts.
     *
     * @param partitions those with batches in the frame
     */
    boolean write(Collection<FilePartition> partitions) {
        return write(partitions, SPARE_FOR_EDITS);
    }

    private boolean write(Collection<FilePartition> partitions, int spare) {
        if (!file.hasSpace(spare)) {
            file.frame().clear();
            checkpointSoon();
            return false;
        }
        long sequence = file.next();
        boolean written = false;
        try {
            context.failPoints().hit(FileFailPoints.RING_BEFORE_WRITE);
            file.write(use.oldest());
            written = true;
        } catch (IOException | UncheckedIOException e) {
            LOG.error("a write of {} failed: {}; forcing each log from now on", path, e.getMessage());
        } finally {
            if (!written) {
                state = State.FAILED;
                checkpointSoon();
            }
        }
        if (written) {
            use.gaveUp();
            partitions.forEach(partition -> use.written(partition, sequence));
            context.failPoints().hit(FileFailPoints.RING_AFTER_WRITE);
            if (file.used() >= settings.bytes() / 2 || use.partitions() >= Math.max(1, settings.partitions() / 2)) {
                checkpointSoon();
            }
        }
        return written;
    }

    private void checkpointSoon() {
        if (!checkpointing && !closed) {
            checkpointing = true;
            context.scheduler().schedule(0, this::checkpointNow);
        }
    }

    /** Forces the logs whose newest batches are in the ring only, so that the ring can be written over. */
    void checkpoint() {
        synchronized (this) {
            if (checkpointing || state != State.USED || use.partitions() == 0) {
                return;
            }
            checkpointing = true;
        }
        checkpointNow();
    }

    private void checkpointNow() {
        long next;
        List<FilePartition> unforced;
        synchronized (this) {
            if (closed) {
                return;
            }
            next = file.next();
            unforced = use.inUse();
        }
        Set<FilePartition> forced = ConcurrentHashMap.newKeySet();
        try {
            ParallelWork.waiting(unforced, threads, PARTITIONS_PER_HELPER, partition -> {
                if (force(partition)) {
                    forced.add(partition);
                }
            });
        } finally {
            synchronized (this) {
                checkpointing = false;
                forced.forEach(partition -> use.forced(partition, next));
                giveUp();
            }
        }
    }

    /** @return false if the ring must keep the partition's batches */
    private static boolean force(FilePartition partition) {
        try {
            partition.durability().sync();
            return true;
        } catch (StorageException e) {
            LOG.debug("{} was not forced", partition.id(), e); // its next append or sync throws it
            return !partition.dataDirectory().has(partition); // one that has ended may go on
        }
    }

    /** Gives up the frames that are not needed any more: all of them, if the ring has failed. */
    private void giveUp() {
        if (closed) {
            return;
        }
        if (state == State.FAILED && use.partitions() == 0) {
            discard();
        } else if (state == State.USED) {
            file.frame().clear();
            if (use.giveUp(file.next())) {
                write(List.of(), 0);
            }
        }
    }

    private void discard() {
        try {
            file.close();
            Files.deleteIfExists(path);
            Disk.forceDirectory(path.getParent());
            use.clear();
            state = State.OFF;
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted: {}; trying again", path, e.getMessage());
        }
    }

    /** @return true if the ring has nothing that a start would use, and gets nothing until the next start */
    synchronized boolean isOff() {
        return state == State.OFF;
    }

    /** @return true if the ring may have batches of the partition, that a start would write to its logs */
    public synchronized boolean has(PartitionId id) {
        return use.has(id);
    }

    /**
     * Notes in the ring, where it has batches of the partitions, that they no longer count; durable on
     * return. Call when the partitions' logs are forced, with their monitors held or before they exist.
     *
     * @throws IOException if that is not possible: a start may still write them to the logs
     */
    synchronized void forget(Collection<PartitionId> ids) throws IOException {
        for (PartitionId id : ids) {
            if (use.has(id)) {
                forget(id);
            }
        }
    }

    private void forget(PartitionId id) throws IOException {
        if (state == State.USED) {
            file.frame().clear();
            file.frame().addForget(RingEntry.nameOf(id));
        }
        if (state != State.USED || !write(List.of(), SPARE_FOR_GIVING_UP)) {
            throw new IOException(path + " cannot be written: what it has of " + id + " would come back");
        }
        use.forget(id);
    }

    /**
     * Stops using the ring, when all logs were forced; the ring is empty on return.
     *
     * @throws IOException if it is not: the directory must not count as closed properly
     */
    void closeEmpty() throws IOException {
        close();
        reset();
    }

    /** Stops using the ring, and leaves it as it is. Idempotent. */
    void close() {
        closed = true;
        synchronized (creation) {
            synchronized (this) {
                if (state == State.USED) {
                    closeQuietly();
                }
                state = State.OFF;
            }
        }
    }

    private void closeQuietly() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.debug("Closing {} failed", path, e); // what it has taken is durable
        }
    }

    /**
     * Empties the ring, or deletes it where it cannot be used; durable on return. Call when all logs are
     * forced and nothing is appended.
     */
    public void reset() throws IOException {
        boolean empty = RingFile.empty(path);
        if (Files.exists(path) && (!empty || Files.size(path) != settings.bytes())) {
            Files.delete(path);
            Disk.forceDirectory(path.getParent());
        }
    }

    /** Passes a fail point, at which a test may stop the process. */
    public void hit(String failPoint) {
        context.failPoints().hit(failPoint);
    }

    /** @return the ring's file, which need not exist */
    public Path path() {
        return path;
    }
}
