// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.manifest.ManifestEdit;
import io.varve.s3.manifest.RemoteSegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lets appends, trims, truncations, compactions, failures of the bucket and crashes happen at any place of an
 * upload. Whatever happens, the bucket has in the end what the partition has, and no other object.
 */
class InterruptedUploadsTest {
    private static final int STEPS = 60;

    private UploadRig rig;
    private UploadedPartition orders;
    private Random random;
    private boolean compacted;
    private long epoch;
    private boolean inEvent;

    static LongStream seeds() {
        return LongStream.range(0, 30);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void leaveTheBucketWithWhatThePartitionHas(long seed) {
        random = new Random(seed);
        compacted = seed % 2 == 0;
        rig = new UploadRig();
        orders = new UploadedPartition(rig.storage, "orders", epoch, compacted);
        arm();
        for (int step = 0; step < STEPS; step++) {
            append();
            try {
                rig.uploadNext(orders);
                rig.deleter.run();
            } catch (ObjectStoreException | StorageException e) {
                // The uploader tries again.
            } catch (DeadException e) {
                restart();
            }
            check();
            rig.time.advance(random.nextInt(50_000));
        }
        calm();
        rig.uploadAll(orders);
        check();
        assertThat(rig.upload.plan(orders).backlog()).isEqualTo(Backlog.NONE);
        rig.time.advance(UploadRig.GRACE_MS + 1);
        rig.deleter.run();
        rig.sweep().delete(rig.sweep().find());
        assertThat(rig.bucket.keys()).isEqualTo(rig.named());
    }

    /** What the bucket has of the partition's records is what the partition has. */
    private void check() {
        if (rig.manifest.partition(orders.id()).isEmpty()
                || compacted && !rig.upload.plan(orders).backlog().equals(Backlog.NONE)) {
            return;
        }
        List<RemoteSegment> remote = rig.remote(orders);
        for (int i = 1; i < remote.size(); i++) {
            assertThat(remote.get(i).baseOffset()).isEqualTo(remote.get(i - 1).endOffset());
        }
        if (!remote.isEmpty()) {
            long start = Math.max(
                    orders.hot().extent().start(),
                    rig.manifest.partition(orders.id()).orElseThrow().start());
            long end = remote.get(remote.size() - 1).endOffset();
            assertThat(rig.stored(orders, start))
                    .as("bucket %s, here %s", remote, orders.hot().segments())
                    .isEqualTo(UploadRig.local(orders, start, end));
        }
    }

    private void arm() {
        rig.failPoints.watch(place -> event());
        rig.bucket.before(request -> {
            if (!request.startsWith("get") && !request.startsWith("head") && random.nextInt(12) == 0) {
                throw new ObjectStoreException(ObjectStoreException.Kind.UNAVAILABLE, "503 for " + request, null);
            }
            if (request.startsWith("part ")) {
                event();
            }
        });
    }

    private void calm() {
        rig.failPoints.watch(null);
        rig.bucket.before(request -> {});
    }

    private void event() {
        if (inEvent) {
            return;
        }
        inEvent = true;
        try {
            switch (random.nextInt(12)) {
                case 0 -> throw new DeadException();
                case 1 -> append();
                case 2 -> truncate();
                case 3 -> compact();
                case 4 -> trim();
                default -> {
                    // nothing happens
                }
            }
        } finally {
            inEvent = false;
        }
    }

    private void append() {
        for (int i = random.nextInt(3); i >= 0; i--) {
            orders.append(1 + random.nextInt(5), random.nextInt(3000));
        }
        if (random.nextBoolean()) {
            orders.seal();
        }
    }

    /**
     * Truncates the bucket first, to where the last batch that stays ends: compaction leaves gaps behind it.
     * The bucket may have other batches there than a compacted partition; then the whole segment goes.
     */
    private void truncate() {
        PartitionStore hot = orders.hot();
        List<Segment> segments = hot.segments();
        long end = segments.get(random.nextInt(segments.size())).baseOffset();
        if (end > hot.extent().start() && random.nextInt(3) == 0) {
            ByteBuffer left = UploadRig.local(orders, end);
            long newEnd = hot.extent().start();
            for (int at = 0; at < left.limit(); at += BatchHeader.sizeInBytes(left, at)) {
                newEnd = Math.max(newEnd, BatchHeader.nextOffset(left, at));
            }
            if (compacted) {
                newEnd = segmentBase(newEnd);
            }
            ManifestEdit edit = new ManifestEdit.TruncateSegments(orders.id(), newEnd);
            orders.truncateTo(end, () -> rig.manifest.commit(List.of(edit)));
        }
    }

    private long segmentBase(long offset) {
        return rig.manifest.partition(orders.id()).stream()
                .flatMap(remote -> remote.segments().stream())
                .filter(segment -> segment.baseOffset() < offset && segment.endOffset() > offset)
                .mapToLong(RemoteSegment::baseOffset)
                .findFirst()
                .orElse(offset);
    }

    private void compact() {
        long sealed = orders.hot().segments().stream().filter(Segment::sealed).count();
        if (compacted && sealed > 0) {
            orders.replace(1 + random.nextInt((int) Math.min(3, sealed)));
        }
    }

    private void trim() {
        PartitionStore hot = orders.hot();
        List<Segment> segments = hot.segments();
        long start = segments.get(random.nextInt(segments.size())).baseOffset() + random.nextInt(2);
        if (start > hot.extent().start() && start <= hot.extent().durableEnd() && random.nextInt(3) == 0) {
            hot.trimTo(start);
            rig.storage.sync(List.of(hot));
            // The start reaches the manifest later, in the order of the trims.
            rig.manifest.commit(List.of(new ManifestEdit.MoveStart(orders.id(), start)));
        }
    }

    private void restart() {
        calm();
        MemoryStorage restarted = rig.storage.crash();
        rig.storage = restarted;
        rig.start();
        orders = new UploadedPartition(restarted, "orders", ++epoch, compacted);
        arm();
    }

    /** Stands for the end of the process. */
    private static final class DeadException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
