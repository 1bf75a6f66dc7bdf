// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.StorageContext;
import io.varve.s3.client.Buckets;
import io.varve.s3.client.S3ObjectStore;
import io.varve.s3.manifest.FoldedManifest;
import io.varve.s3.object.ChunkCodec;
import io.varve.s3.object.SegmentWriterConfig;
import io.varve.s3server.EmbeddedS3;
import io.varve.s3server.FaultRule;
import io.varve.s3server.S3Fault;
import io.varve.s3server.S3Faults;
import io.varve.s3server.S3RequestKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Uploads to a real S3 server that fails as S3 does: nothing is lost, and nothing unnamed stays. */
class EmbeddedUploadsTest {
    private static final long DELETE_DELAY_MS = 100;
    /** Everything is older than that: the sweep of a quiet bucket takes all that is not named. */
    private static final long NO_GRACE_MS = -60_000;

    private final MemoryStorage storage = new MemoryStorage();
    private final FoldedManifest manifest = new FoldedManifest();
    private final SystemScheduler scheduler = new SystemScheduler(1);
    private final StorageContext context = new StorageContext(
            List.of(Path.of("unused")), Map.of(), Clock.system(), scheduler, Ids.random(), new FailPoints());
    private EmbeddedS3 server;
    private S3ObjectStore bucket;
    private ObjectDeleter deleter;
    private SegmentUploader uploader;

    @BeforeEach
    void start() throws IOException {
        server = EmbeddedS3.inMemory();
        bucket = S3ObjectStore.open(
                Buckets.settings(server.endpoint(), server.bucket(), server.accessKey(), server.secretKey()),
                Clock.system(),
                scheduler,
                Ids.random());
        deleter = new ObjectDeleter(bucket, manifest, context, DELETE_DELAY_MS);
        SegmentWriterConfig writer =
                new SegmentWriterConfig(SegmentWriterConfig.DEFAULT_CHUNK, ChunkCodec.ZSTD, Optional.empty());
        uploader = new SegmentUploader(new UploadConfig(writer, 2, 3), bucket, manifest, context, deleter);
    }

    @AfterEach
    void stop() throws IOException {
        uploader.close();
        bucket.close();
        scheduler.close();
        server.close();
    }

    @Test
    void storesASegmentInPartsAndASmallOneInOneRequest() {
        UploadedPartition small = new UploadedPartition(storage, "small", 0, false);
        small.append(10, 100).seal();
        uploader.offer(small);
        Await.until("it is uploaded", () -> small.uploads() == 1);
        assertThat(server.requests().count(S3RequestKind.PUT).requests()).isEqualTo(1);
        assertThat(server.requests().count(S3RequestKind.CREATE_UPLOAD).requests())
                .isZero();

        UploadedPartition large = large();
        uploader.offer(large);
        Await.until("it is uploaded", () -> large.uploads() == 1);

        assertThat(server.requests().count(S3RequestKind.UPLOAD_PART).requests())
                .isEqualTo(3);
        verify(small);
        verify(large);
        assertThat(uploader.bufferBytes()).isLessThan(70 << 20);
    }

    @Test
    void losesNothingAndLeavesNothingWhenManyRequestsFail() {
        S3Faults faults = server.faults();
        for (S3Fault fault : List.of(
                S3Fault.SLOW_DOWN, S3Fault.ERROR_AFTER, S3Fault.REPLY_LOST, S3Fault.UNREACHABLE, S3Fault.DENIED)) {
            faults.add(FaultRule.of(fault).chance(0.06));
        }
        List<UploadedPartition> partitions = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            UploadedPartition partition = new UploadedPartition(storage, "topic-" + i, 0, false);
            for (int segment = 0; segment < 6; segment++) {
                partition.append(10, 1000).seal();
            }
            partitions.add(partition);
        }
        partitions.add(large());

        partitions.forEach(uploader::offer);

        for (UploadedPartition partition : partitions) {
            int sealed = partition.hot().segments().size() - 1;
            Await.until("all are uploaded, seed " + faults.seed(), () -> partition.uploads() == sealed);
        }
        assertThat(faults.injected()).as("seed %d", faults.seed()).isNotEmpty();
        faults.clear();
        partitions.forEach(this::verify);
        BucketSweep sweep = new BucketSweep(bucket, manifest::names, NO_GRACE_MS, context.ids(), context.failPoints());
        sweep.delete(sweep.find());
        assertThat(sweep.find().objects()).isEmpty();
        assertThat(sweep.find().uploads()).isEmpty();
        List<String> named = manifest.partitions().stream()
                .flatMap(partition -> partition.segments().stream())
                .map(segment -> segment.key())
                .toList();
        assertThat(server.keys("")).containsExactlyInAnyOrderElementsOf(named);
    }

    /** Seals a segment of two and a half parts. */
    private UploadedPartition large() {
        UploadedPartition large = new UploadedPartition(storage, "large", 0, false);
        for (int i = 0; i < 42; i++) {
            large.appendNoise(500_000);
        }
        return large.seal();
    }

    private void verify(UploadedPartition partition) {
        long end = partition.hot().sealedEnd();
        assertThat(UploadRig.stored(
                        bucket, manifest.partition(partition.id()).orElseThrow().segments(), 0))
                .isEqualTo(UploadRig.local(partition, end));
    }
}
