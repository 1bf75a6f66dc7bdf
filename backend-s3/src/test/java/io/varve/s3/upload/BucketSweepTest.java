// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.build.watch.Await;
import io.varve.s3.client.ObjectInfo;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.client.PendingUpload;
import io.varve.s3.manifest.ManifestEdit;
import io.varve.s3.object.SegmentKey;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Checks that deletions and sweeps take what nothing names, after a while, and never anything else. */
class BucketSweepTest {
    private final UploadRig rig = new UploadRig();
    private final UploadedPartition orders = new UploadedPartition(rig.storage, "orders", 0, false);

    @Test
    void sweepsOldUnnamedObjectsAndUploadsOnly() {
        orders.append(10, 100).seal();
        rig.uploadAll(orders);
        String orphan = SegmentKey.of(orders.id(), 10, new UUID(9, 9));
        rig.bucket.hold(orphan, new byte[5]);
        rig.bucket.hold("data/README", new byte[1]);
        rig.bucket.hold("manifest/1", new byte[1]);
        rig.bucket.beginUpload("data/stale");
        rig.time.advance(UploadRig.GRACE_MS + 1);
        rig.bucket.hold(SegmentKey.of(orders.id(), 10, new UUID(9, 10)), new byte[5]);
        rig.bucket.beginUpload("data/fresh");

        BucketSweep.Leftovers found = rig.sweep().find();

        assertThat(found.objects()).extracting(ObjectInfo::key).containsExactly(orphan);
        assertThat(found.bytes()).isEqualTo(5);
        assertThat(found.uploads()).extracting(PendingUpload::key).containsExactly("data/stale");
        assertThat(found.unknown()).containsExactly("data/README");
        assertThat(found.young()).isEqualTo(1);
        assertThat(found.named()).isEqualTo(1);
        assertThat(rig.bucket.keys()).hasSize(5).contains(orphan);
        assertThat(rig.sweep().delete(found)).isEqualTo(2);
        assertThat(rig.bucket.keys()).hasSize(4).doesNotContain(orphan).containsAll(rig.named());
        assertThat(rig.bucket.pendingUploads("")).extracting(PendingUpload::key).containsExactly("data/fresh");
    }

    @Test
    void keepsAnObjectThatGotANameSinceItWasFound() {
        orders.append(10, 100).seal();
        rig.uploadAll(orders);
        ManifestEdit named = new ManifestEdit.AddSegments(orders.id(), rig.remote(orders));
        rig.manifest.commit(List.of(new ManifestEdit.DeletePartition(orders.id())));
        rig.time.advance(UploadRig.GRACE_MS + 1);
        BucketSweep.Leftovers found = rig.sweep().find();
        assertThat(found.objects()).hasSize(1);
        rig.manifest.commit(List.of(named));

        rig.sweep().delete(found);

        assertThat(rig.bucket.keys()).hasSize(1).isEqualTo(rig.named());
    }

    @Test
    void measuresAgeByTheBucketsClock() {
        rig.bucket.hold(SegmentKey.of(orders.id(), 10, new UUID(9, 9)), new byte[5]);
        // The bucket's clock stands still, whatever this machine's says.
        BucketSweep sweep = new BucketSweep(rig.bucket, object -> false, 1, rig.ids, rig.failPoints);

        assertThat(sweep.find().young()).isEqualTo(1);
        rig.time.advance(2);
        assertThat(sweep.find().objects()).hasSize(1);
    }

    @Test
    void deletesTheObjectsOfADeletedPartitionAfterADelay() {
        for (int i = 0; i < 3; i++) {
            orders.append(10, 100).seal();
        }
        rig.uploadAll(orders);
        rig.manifest.commit(List.of(new ManifestEdit.DeletePartition(orders.id())));

        assertThat(rig.deleter.run()).isZero();
        rig.time.advance(UploadRig.DELETE_DELAY_MS - 1);
        assertThat(rig.deleter.run()).isZero();
        rig.time.advance(1);
        assertThat(rig.deleter.run()).isEqualTo(3);
        assertThat(rig.bucket.keys()).isEmpty();
        assertThat(rig.deleter.waiting()).isZero();
    }

    @Test
    void triesADeletionAgainThatFailed() {
        AtomicInteger tries = new AtomicInteger();
        rig.bucket.hold(SegmentKey.of(orders.id(), 10, new UUID(9, 9)), new byte[5]);
        rig.deleter.discard(SegmentKey.of(orders.id(), 10, new UUID(9, 9)));
        rig.time.advance(UploadRig.DELETE_DELAY_MS);
        rig.bucket.before(request -> {
            if (tries.incrementAndGet() < 3) {
                throw new ObjectStoreException(ObjectStoreException.Kind.UNAVAILABLE, "503", null);
            }
        });

        assertThat(rig.deleter.run()).isZero();
        assertThat(rig.deleter.run()).isZero();
        assertThat(tries).hasValue(1);
        rig.time.advance(600);
        assertThat(rig.deleter.run()).isZero();
        rig.time.advance(1_100);
        assertThat(rig.deleter.run()).isEqualTo(1);
        assertThat(rig.bucket.keys()).isEmpty();
    }

    @Test
    void leavesNoUnnamedObjectWhereverADeletionOrASweepDies() {
        for (String place : List.of("s3.delete.before", "s3.delete.after", "s3.sweep.before-delete")) {
            UploadRig crashed = new UploadRig();
            UploadedPartition partition = new UploadedPartition(crashed.storage, "orders", 0, false);
            partition.append(10, 100).seal();
            partition.append(10, 100).seal();
            crashed.uploadAll(partition);
            crashed.manifest.commit(List.of(new ManifestEdit.TruncateSegments(partition.id(), 10)));
            crashed.failPoints.arm(place, () -> {
                throw new IllegalStateException("dead");
            });
            crashed.deleter.run();
            crashed.time.advance(UploadRig.GRACE_MS + 1);
            BucketSweep dying = crashed.sweep();
            BucketSweep.Leftovers found = dying.find();
            assertThatThrownBy(() -> {
                        if (place.startsWith("s3.delete")) {
                            crashed.deleter.run();
                        }
                        dying.delete(found);
                    })
                    .hasMessage("dead");

            crashed.start();
            crashed.sweep().delete(crashed.sweep().find());

            assertThat(crashed.bucket.keys()).as(place).hasSize(1).isEqualTo(crashed.named());
        }
    }

    @Test
    void deletesAndSweepsOnItsOwnThread() {
        orders.append(10, 100).seal();
        rig.uploadAll(orders);
        String orphan = SegmentKey.of(orders.id(), 10, new UUID(9, 9));
        rig.bucket.hold(orphan, new byte[5]);
        rig.manifest.commit(List.of(new ManifestEdit.DeletePartition(orders.id())));
        BucketUpkeep upkeep =
                new BucketUpkeep(rig.deleter, rig.sweep(), rig.bucket, rig.manifest, 3_600_000, rig.context);
        try {
            Await.until("the unnamed object is deleted", () -> {
                rig.time.advance(1_000);
                return rig.bucket.keys().equals(Set.of(orphan));
            });
            Await.until("the orphan is swept", () -> {
                rig.time.advance(3_600_000);
                return rig.bucket.keys().isEmpty();
            });
        } finally {
            upkeep.close();
        }
    }
}
