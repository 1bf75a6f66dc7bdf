// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SurvivedFailure;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.object.PartBuffers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads the sealed segments of all partitions: of each partition in order, of several partitions at the
 * same time. While the bucket is away nothing is lost: partitions wait, and the uploads go on when it is
 * back. Thread-safe.
 */
public final class SegmentUploader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentUploader.class);
    private static final long REPORT_MS = 60_000;
    /**
     * Delay before the next try of a partition whose segment cannot be uploaded, whatever the bucket does.
     */
    private static final long HOLD_MS = 600_000;

    /** Delay before the second try of a partition that changed during the first one; it doubles. */
    private static final long FIRST_DELAY_MS = 1_000;

    private static final int MAX_DOUBLED = 20;

    private final UploadConfig config;
    private final StorageContext context;
    private final Manifest manifest;
    private final SegmentUpload upload;
    private final UploadQueue queue = new UploadQueue(this::wake);
    private final ObjectsInFlight inFlight = new ObjectsInFlight();
    private final StoreTrouble trouble;
    /** Partitions whose last upload failed for a reason of their own, to how often in a row. */
    private final Map<UploadSource, Integer> failures = new ConcurrentHashMap<>();

    private final List<PartBuffers> buffers = new ArrayList<>();
    private final List<Scheduler.Agent> agents = new ArrayList<>();
    private final Scheduler.Task report;
    private Backlog reported = Backlog.NONE;

    /**
     * Starts the agents.
     *
     * @param config how segments are uploaded
     * @param store the bucket
     * @param manifest names the objects
     * @param context time, threads, ids, failpoints
     * @param deleter deletes objects that the manifest will not name
     */
    public SegmentUploader(
            UploadConfig config, ObjectStore store, Manifest manifest, StorageContext context, ObjectDeleter deleter) {
        this.config = config;
        this.context = context;
        this.manifest = manifest;
        upload = new SegmentUpload(config, store, manifest, context, deleter, inFlight);
        trouble = new StoreTrouble(
                "uploads to the bucket",
                context.clock(),
                () -> backlog().describe(context.clock().millis()));
        for (int i = 0; i < config.threads(); i++) {
            PartBuffers parts =
                    new PartBuffers(config.partsInFlight(), config.writer().chunkBytes());
            buffers.add(parts);
            agents.add(context.scheduler().worker("s3-upload-" + i, () -> uploadNext(parts)));
        }
        report = context.scheduler().scheduleEvery(REPORT_MS, this::report);
    }

    /**
     * Has a partition's sealed segments uploaded. Call it when one may have been sealed, made durable or
     * replaced, and once after the partition was opened.
     *
     * @param source the partition; the same object for each call
     */
    public void offer(UploadSource source) {
        queue.offer(source);
    }

    /** @return what waits in all partitions; reads their lists of segments */
    public Backlog backlog() {
        Backlog all = Backlog.NONE;
        for (UploadSource source : queue.all()) {
            all = all.plus(backlog(source));
        }
        return all;
    }

    /**
     * @param source a partition
     * @return what waits in it; nothing once it is closed
     */
    public Backlog backlog(UploadSource source) {
        try {
            return source.copies() ? upload.plan(source).backlog() : Backlog.NONE;
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CLOSED);
            return Backlog.NONE;
        }
    }

    /** @return the objects that a sweep must leave alone */
    public ObjectsInFlight inFlight() {
        return inFlight;
    }

    /** @return bytes of the buffers of parts at present */
    public long bufferBytes() {
        return buffers.stream().mapToLong(PartBuffers::bytes).sum();
    }

    /** @return true while an agent uploads */
    boolean isBusy() {
        return queue.isBusy();
    }

    private void wake() {
        agents.forEach(Scheduler.Agent::wake);
    }

    private long uploadNext(PartBuffers parts) {
        UploadSource source = queue.take();
        if (source == null) {
            return Scheduler.AgentStep.UNTIL_WOKEN;
        }
        try {
            uploadNext(source, parts);
        } catch (RuntimeException | Error e) {
            hold(source, e);
        }
        return Scheduler.AgentStep.AGAIN;
    }

    private void uploadNext(UploadSource source, PartBuffers parts) {
        try {
            boolean more = upload.next(source, parts);
            if (more) {
                trouble.worked();
            }
            failures.remove(source);
            queue.giveBack(source, more);
        } catch (ObjectStoreException e) {
            storeFailed(source, e);
        } catch (StorageException e) {
            partitionFailed(source, e);
        }
    }

    private void storeFailed(UploadSource source, ObjectStoreException e) {
        if (e.kind() == ObjectStoreException.Kind.REFUSED) {
            hold(source, e);
            return;
        }
        if (queue.pause()) {
            context.scheduler().schedule(trouble.failed(e), queue::resume);
        }
        queue.giveBack(source, true);
    }

    private void partitionFailed(UploadSource source, StorageException e) {
        switch (e.kind()) {
            case CLOSED -> {
                failures.remove(source);
                queue.giveBack(source, false);
            }
            case FENCED -> {
                queue.giveBack(source, false);
                if (manifest.isFenced() && queue.close()) {
                    LOG.error("uploads end: another server has claimed the storage");
                }
            }
            case RETRY, MISUSE -> {
                // A trim took records away below the reader, or the key service is away.
                long delayMs = Math.min(
                        HOLD_MS, FIRST_DELAY_MS << Math.min(MAX_DOUBLED, failures.merge(source, 1, Integer::sum) - 1));
                LOG.info("upload of {} is tried again in {} ms: {}", source.id(), delayMs, e.getMessage());
                hold(source, delayMs);
            }
            default -> hold(source, e);
        }
    }

    private void hold(UploadSource source, Throwable e) {
        hold(source, HOLD_MS);
        SurvivedFailure.log(
                LOG,
                "a segment of " + source.id() + " cannot be uploaded, and stays on this machine; tried again in "
                        + HOLD_MS / 1000 + " s",
                e);
    }

    private void hold(UploadSource source, long delayMs) {
        queue.hold(source, () -> context.scheduler().schedule(delayMs, () -> queue.release(source)));
    }

    private void report() {
        if (queue.isIdle()) {
            buffers.forEach(PartBuffers::shrink);
        }
        trouble.report();
        Backlog now = backlog();
        boolean behind = now.segments() > 0 && reported.segments() > 0 && !trouble.lasts();
        if (behind) {
            LOG.info("uploads are behind: {}", now.describe(context.clock().millis()));
        }
        reported = now;
    }

    /**
     * Ends the uploads in progress, whose segments stay on this machine, and waits for them; but not for a
     * request that gets no answer. Idempotent.
     */
    @Override
    public void close() {
        report.cancel();
        queue.close();
        upload.close();
        buffers.forEach(PartBuffers::close);
        for (int i = 0; i < agents.size(); i++) {
            AgentEnd.await("s3-upload-" + i, agents.get(i));
        }
    }
}
