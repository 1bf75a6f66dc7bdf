// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.client.ObjectStoreException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Checks that partitions take turns, and that trouble with the bucket delays uploads and nothing else. */
class SegmentUploaderTest {
    private final UploadRig rig = new UploadRig();
    private SegmentUploader uploader = start();

    @AfterEach
    void close() {
        uploader.close();
    }

    @Test
    void uploadsTheSegmentsOfManyPartitions() {
        List<UploadedPartition> partitions = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            UploadedPartition partition = partition("topic-" + i, 5);
            partitions.add(partition);
            uploader.offer(partition);
        }

        for (UploadedPartition partition : partitions) {
            Await.until("all are uploaded", () -> partition.uploads() == 5);
            assertThat(rig.stored(partition)).isEqualTo(UploadRig.local(partition, 50));
        }
        Await.until("the backlog is empty", () -> uploader.backlog().equals(Backlog.NONE));
    }

    @Test
    void uploadsWhatWasSealedDuringAnUpload() {
        UploadedPartition orders = partition("orders", 1);
        rig.failPoints.arm("s3.upload.committed", () -> {
            if (orders.uploads() == 0) {
                orders.seal();
                uploader.offer(orders);
            }
        });
        uploader.offer(orders);

        Await.until("the second segment is uploaded", () -> orders.uploads() == 2);
    }

    @Test
    void triesAgainWithGrowingPausesWhileTheBucketIsAway() {
        AtomicInteger requests = new AtomicInteger();
        rig.bucket.before(request -> {
            requests.incrementAndGet();
            throw new ObjectStoreException(requests.get() % 2 == 0 ? Kind.DENIED : Kind.UNAVAILABLE, "503", null);
        });
        UploadedPartition orders = partition("orders", 3);
        uploader.offer(orders);
        long pauseMs = 500;
        for (int tries = 1; tries <= 8; tries++) {
            int expected = tries;
            Await.until("try " + tries, () -> requests.get() == expected && !busy());
            assertThat(uploader.backlog().segments()).isEqualTo(3);
            rig.time.advance(pauseMs - 1);
            assertThat(requests.get()).isEqualTo(tries);
            if (tries == 8) {
                rig.bucket.before(request -> {});
            }
            rig.time.advance(1);
            pauseMs = Math.min(30_000, pauseMs * 2);
        }

        Await.until("all are uploaded", () -> orders.uploads() == 3);
        assertThat(rig.stored(orders)).isEqualTo(UploadRig.local(orders, 30));
    }

    @Test
    void holdsAPartitionWhoseObjectIsRefusedAndUploadsTheOthers() {
        UploadedPartition refused = partition("refused", 1);
        rig.bucket.before(request -> {
            if (request.startsWith("upload ")
                    && request.contains(refused.id().topicId().toString())) {
                throw new ObjectStoreException(Kind.REFUSED, "501", null);
            }
        });
        UploadedPartition orders = partition("orders", 1);
        uploader.offer(refused);
        uploader.offer(orders);
        Await.until("the other is uploaded", () -> orders.uploads() == 1);
        Await.until("the refused one is held", () -> !busy());
        assertThat(uploader.backlog().segments()).isEqualTo(1);

        rig.bucket.before(request -> {});
        uploader.offer(refused);
        assertThat(refused.uploads()).isZero();
        rig.time.advance(600_000);
        Await.until("it is uploaded later", () -> refused.uploads() == 1);
    }

    @Test
    void uploadsOnAfterErrorsInEachThread() {
        AtomicInteger errors = new AtomicInteger();
        rig.failPoints.arm("s3.upload.begin", () -> {
            if (errors.getAndIncrement() < UploadRig.CONFIG.threads()) {
                throw new OutOfMemoryError("injected on purpose");
            }
        });
        List<UploadedPartition> partitions = List.of(partition("orders", 1), partition("payments", 1));
        partitions.forEach(uploader::offer);
        Await.until("both have failed", () -> errors.get() == 2 && !busy());
        UploadedPartition other = partition("other", 1);
        uploader.offer(other);
        Await.until("a thread goes on", () -> other.uploads() == 1);

        rig.time.advance(600_000);
        Await.until("they are uploaded later", () -> partitions.stream().allMatch(p -> p.uploads() == 1));
    }

    @Test
    void uploadsASegmentThatTheManifestRefusesLessAndLessOften() {
        AtomicInteger uploads = new AtomicInteger();
        rig.bucket.before(request -> uploads.addAndGet(request.startsWith("upload ") ? 1 : 0));
        rig.manifest.refuse(true);
        UploadedPartition orders = partition("orders", 1);
        uploader.offer(orders);
        int delayS = 1;
        for (int tries = 1; tries <= 8; tries++) {
            int expected = tries;
            Await.until("try " + tries, () -> uploads.get() == expected && !busy());
            rig.time.advance(delayS * 1_000L - 1);
            assertThat(uploads).hasValue(tries);
            rig.manifest.refuse(tries < 8);
            rig.time.advance(1);
            delayS *= 2;
        }

        Await.until("it is uploaded", () -> orders.uploads() == 1);
    }

    @Test
    void endsWhenAnotherOwnerHasClaimedTheStorage() {
        UploadedPartition orders = partition("orders", 2);
        rig.manifest.fence();
        uploader.offer(orders);
        Await.until("it is over", () -> rig.bucket.keys().size() == 1 && !busy());
        UploadedPartition other = partition("other", 1);
        uploader.offer(other);
        uploader.close();

        assertThat(rig.bucket.keys()).hasSize(1);
        assertThat(rig.deleter.run()).isZero();
        assertThat(orders.uploads()).isZero();
    }

    @Test
    void closesWhileACommitWaitsForTheBucketAndLeavesItsObject() {
        UploadedPartition orders = partition("orders", 1);
        rig.manifest.gate();
        uploader.offer(orders);
        Await.until("the commit waits", () -> rig.manifest.waiting() == 1);
        rig.time.advance(UploadRig.GRACE_MS + 1);
        assertThat(rig.sweep(uploader.inFlight()).find().objects())
                .as("the object in flight stays")
                .isEmpty();

        uploader.close();
        rig.manifest.letThrough();

        assertThat(rig.deleter.waiting()).isZero();
        assertThat(rig.bucket.keys()).isEqualTo(rig.named());
        assertThat(rig.stored(orders)).isEqualTo(UploadRig.local(orders, 10));
    }

    @Test
    void forgetsAPartitionThatWasClosed() {
        UploadedPartition orders = partition("orders", 2);
        orders.hot().close();
        uploader.offer(orders);

        Await.until("it is forgotten", () -> !busy());
        assertThat(uploader.backlog()).isEqualTo(Backlog.NONE);
    }

    private SegmentUploader start() {
        return new SegmentUploader(UploadRig.CONFIG, rig.bucket, rig.manifest, rig.context, rig.deleter);
    }

    private boolean busy() {
        return uploader.isBusy();
    }

    private UploadedPartition partition(String topic, int sealed) {
        UploadedPartition partition = new UploadedPartition(rig.storage, topic, 0, false);
        for (int i = 0; i < sealed; i++) {
            partition.append(10, 100).seal();
        }
        return partition.append(1, 1);
    }
}
