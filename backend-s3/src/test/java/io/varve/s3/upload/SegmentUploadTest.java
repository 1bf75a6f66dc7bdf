// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.manifest.ManifestEdit;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.object.StoredBlob;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Checks what is in the bucket and in the manifest after an upload, and after one that was cut short. */
class SegmentUploadTest {
    private final UploadRig rig = new UploadRig();

    @Test
    void uploadsSealedSegmentsInOrder() {
        UploadedPartition orders = partition("orders", 4);

        rig.uploadAll(orders);

        assertThat(rig.remote(orders)).extracting(RemoteSegment::baseOffset).containsExactly(0L, 10L, 20L, 30L);
        assertThat(rig.remote(orders)).extracting(RemoteSegment::endOffset).containsExactly(10L, 20L, 30L, 40L);
        assertThat(rig.stored(orders)).isEqualTo(UploadRig.local(orders, 40));
        assertThat(orders.uploads()).isEqualTo(4);
        assertThat(rig.upload.plan(orders).backlog()).isEqualTo(Backlog.NONE);
        assertThat(rig.bucket.keys()).isEqualTo(rig.named());
    }

    @Test
    void uploadsNothingOfATopicThatIsNotCopied() {
        UploadedPartition orders = partition("orders", 2);
        orders.stopCopies();

        rig.uploadAll(orders);

        assertThat(rig.bucket.keys()).isEmpty();
    }

    @Test
    void sendsEachBlobInEachContentOnce() {
        UploadedPartition orders = partition("orders", 2);
        orders.hot().snapshots().write("epochs", 0, ByteBuffer.wrap(new byte[] {1}));
        orders.hot().snapshots().write("producer", 20, ByteBuffer.wrap(new byte[] {2, 2}));
        orders.hot().snapshots().write("producer", 25, ByteBuffer.wrap(new byte[] {3}));
        rig.uploadAll(orders);
        orders.append(10, 100).seal();
        orders.hot().snapshots().write("epochs", 0, ByteBuffer.wrap(new byte[] {9}));
        rig.uploadAll(orders);

        List<RemoteSegment> remote = rig.remote(orders);
        assertThat(blobs(remote.get(0))).containsExactlyInAnyOrder("epochs-0");
        assertThat(blobs(remote.get(1))).containsExactlyInAnyOrder("producer-20");
        assertThat(blobs(remote.get(2))).containsExactlyInAnyOrder("epochs-0", "producer-25");
    }

    @Test
    void putsACompactedSegmentInThePlaceOfTheOnesItWasMadeOf() {
        UploadedPartition users = new UploadedPartition(rig.storage, "users", 0, true);
        for (int i = 0; i < 3; i++) {
            users.append(10, 100).seal();
        }
        users.append(1, 1);
        rig.uploadAll(users);
        Set<String> before = rig.named();

        users.replace(2);
        rig.uploadAll(users);

        assertThat(rig.remote(users)).extracting(RemoteSegment::baseOffset).containsExactly(0L, 20L);
        assertThat(rig.remote(users)).extracting(RemoteSegment::endOffset).containsExactly(20L, 30L);
        assertThat(rig.stored(users)).isEqualTo(UploadRig.local(users, 30));
        rig.deleter.run();
        assertThat(rig.bucket.keys()).containsAll(before);
        rig.time.advance(UploadRig.DELETE_DELAY_MS);
        assertThat(rig.deleter.run()).isEqualTo(2);
        assertThat(rig.bucket.keys()).isEqualTo(rig.named());
    }

    @Test
    void putsThePartAboveTheStartInThePlaceOfAWholeCompactedSegment() {
        UploadedPartition users = new UploadedPartition(rig.storage, "users", 0, true);
        users.append(5, 100).append(5, 100).seal();
        users.append(1, 1);
        rig.uploadAll(users);
        users.hot().trimTo(3);
        users.replace(1);

        rig.uploadAll(users);

        assertThat(rig.manifest.partition(users.id()).orElseThrow().start()).isEqualTo(3);
        assertThat(rig.remote(users)).extracting(RemoteSegment::baseOffset).containsExactly(3L);
        assertThat(rig.stored(users, 3).remaining())
                .as("compaction left nothing above the start")
                .isZero();
        rig.start();
        rig.uploadAll(users);
        assertThat(users.uploads())
                .as("once more after a start, as nothing tells")
                .isEqualTo(3);
    }

    @Test
    void discardsTheObjectOfASegmentThatWasTruncatedMeanwhile() {
        UploadedPartition orders = partition("orders", 3);
        boolean[] truncated = new boolean[1];
        rig.failPoints.arm("s3.upload.stored", () -> {
            if (rig.manifest.partition(orders.id()).isPresent() && !truncated[0]) {
                truncated[0] = true;
                orders.truncateTo(15);
                rig.manifest.commit(List.of(new ManifestEdit.TruncateSegments(orders.id(), 10)));
            }
        });

        rig.uploadAll(orders);

        assertThat(truncated[0]).isTrue();
        assertThat(rig.remote(orders)).extracting(RemoteSegment::endOffset).containsExactly(10L);
        assertThat(rig.bucket.keys()).hasSize(2);
        rig.time.advance(UploadRig.DELETE_DELAY_MS);
        rig.deleter.run();
        assertThat(rig.bucket.keys()).isEqualTo(rig.named());
    }

    @Test
    void stopsBetweenPartsWhenThePartitionIsTruncated() {
        UploadedPartition orders = new UploadedPartition(rig.storage, "orders", 0, false);
        noise(orders, 20);
        orders.seal();
        rig.bucket.before(request -> {
            if (request.startsWith("part ")) {
                orders.truncateTo(5);
            }
        });

        rig.uploadNext(orders);

        assertThat(rig.bucket.partSizes()).hasSize(1);
        assertThat(rig.bucket.keys()).isEmpty();
    }

    @Test
    void leavesTheOldStateOrTheNewWhereverTheProcessDies() {
        Set<String> places = new LinkedHashSet<>();
        UploadRig dry = new UploadRig();
        dry.failPoints.watch(places::add);
        UploadedPartition watched = new UploadedPartition(dry.storage, "orders", 0, false);
        noise(watched, 20);
        watched.seal();
        dry.uploadAll(watched);
        dry.time.advance(UploadRig.DELETE_DELAY_MS);
        assertThat(places)
                .containsExactly("s3.upload.begin", "s3.upload.part", "s3.upload.stored", "s3.upload.committed");

        for (String place : places) {
            UploadRig crashed = new UploadRig();
            UploadedPartition orders = new UploadedPartition(crashed.storage, "orders", 0, false);
            orders.append(10, 100).seal();
            crashed.uploadAll(orders);
            noise(orders, 20);
            orders.seal().append(1, 1);
            crashed.bucket.before(request -> {
                if (request.startsWith("part ")) {
                    crashed.bucket.beginUpload("data/" + request.substring(10));
                    crashed.bucket.before(r -> {});
                }
            });
            crashed.failPoints.arm(place, () -> {
                throw new DeadException();
            });
            assertThatThrownBy(() -> crashed.uploadNext(orders)).isInstanceOf(DeadException.class);

            crashed.storage = crashed.storage.crash();
            crashed.start();
            UploadedPartition restarted = new UploadedPartition(crashed.storage, "orders", 1, false);
            boolean named = place.equals("s3.upload.committed");
            assertThat(crashed.remote(restarted)).as(place).hasSize(named ? 2 : 1);
            crashed.uploadAll(restarted);

            assertThat(crashed.stored(restarted)).as(place).isEqualTo(UploadRig.local(restarted, 30));
            assertThat(crashed.sweep().find().objects())
                    .as("young objects stay")
                    .isEmpty();
            crashed.time.advance(UploadRig.GRACE_MS + 1);
            BucketSweep sweep = crashed.sweep();
            BucketSweep.Leftovers leftovers = sweep.find();
            assertThat(leftovers.objects()).as(place).hasSize(place.equals("s3.upload.stored") ? 1 : 0);
            sweep.delete(leftovers);
            assertThat(crashed.bucket.keys()).as(place).isEqualTo(crashed.named());
            assertThat(crashed.bucket.pendingUploads("")).isEmpty();
        }
    }

    @Test
    void discardsTheObjectThatTheManifestDoesNotTake() {
        UploadedPartition orders = partition("orders", 1);
        rig.manifest.refuse(true);

        assertThatThrownBy(() -> rig.uploadNext(orders)).hasMessageContaining("does not fit");

        rig.time.advance(UploadRig.DELETE_DELAY_MS);
        assertThat(rig.deleter.run()).isEqualTo(1);
        rig.manifest.refuse(false);
        rig.uploadAll(orders);
        assertThat(rig.bucket.keys()).hasSize(1).isEqualTo(rig.named());
    }

    @Test
    void discardsTheObjectWhenTheBucketFails() {
        UploadedPartition orders = partition("orders", 1);
        rig.bucket.before(request -> {
            if (request.startsWith("part ")) {
                throw new ObjectStoreException(ObjectStoreException.Kind.UNAVAILABLE, "503 for " + request, null);
            }
        });

        assertThatThrownBy(() -> rig.uploadNext(orders)).isInstanceOf(ObjectStoreException.class);

        assertThat(rig.deleter.waiting()).isEqualTo(1);
        rig.bucket.before(request -> {});
        rig.uploadAll(orders);
        assertThat(rig.stored(orders)).isEqualTo(UploadRig.local(orders, 10));
    }

    private UploadedPartition partition(String topic, int sealed) {
        UploadedPartition partition = new UploadedPartition(rig.storage, topic, 0, false);
        for (int i = 0; i < sealed; i++) {
            partition.append(10, 100).seal();
        }
        return partition.append(1, 1);
    }

    /** Appends batches of half a megabyte that do not compress. */
    private static void noise(UploadedPartition partition, int batches) {
        for (int i = 0; i < batches; i++) {
            partition.appendNoise(500_000);
        }
    }

    private static List<String> blobs(RemoteSegment segment) {
        return segment.index().blobs().stream()
                .map((StoredBlob blob) -> blob.name() + "-" + blob.offset())
                .toList();
    }

    /** Stands for the end of the process. */
    private static final class DeadException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
