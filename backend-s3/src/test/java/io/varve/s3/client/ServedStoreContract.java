// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SystemScheduler;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Checks the client of a bucket against one real server for each subclass. */
abstract class ServedStoreContract extends BucketClientContract {
    private final SystemScheduler scheduler = new SystemScheduler(1);
    private S3ObjectStore client;

    /** Returns a bucket that exists. */
    abstract BucketSettings bucket();

    @Override
    protected final ObjectStore open() {
        client = open(bucket().within("contract-" + UUID.randomUUID()));
        return client;
    }

    private S3ObjectStore open(BucketSettings settings) {
        return S3ObjectStore.open(settings, Clock.system(), scheduler, Ids.random());
    }

    @AfterEach
    void closeScheduler() {
        scheduler.close();
    }

    @Override
    protected final void together(List<Runnable> actions) {
        CountDownLatch done = new CountDownLatch(actions.size());
        for (Runnable action : actions) {
            scheduler.start("caller", () -> {
                try {
                    action.run();
                } finally {
                    done.countDown();
                }
            });
        }
        try {
            done.await();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    protected final void await(CompletableFuture<?> answer) {
        scheduler.await(answer, Scheduler.AgentStep.UNTIL_WOKEN);
    }

    @Test
    void namesUploadsThatWereBegun() {
        String id = client.requests()
                .client()
                .createMultipartUpload(create ->
                        create.bucket(bucket().bucket()).key(client.requests().full("u/begun")))
                .uploadId();
        assertThat(store().pendingUploads("u/")).singleElement().satisfies(upload -> {
            assertThat(upload.key()).isEqualTo("u/begun");
            assertThat(upload.uploadId()).isEqualTo(id);
        });
        assertThat(store().pendingUploads("v/")).isEmpty();
        PendingUpload begun = store().pendingUploads("").get(0);
        store().abort(begun);
        store().abort(begun);
        assertThat(store().pendingUploads("")).isEmpty();
    }

    @Test
    void aBucketThatIsMissingIsNotAnEmptyOne() {
        BucketSettings there = bucket();
        BucketSettings missing = new BucketSettings(
                there.endpoint(),
                there.region(),
                "no-such-" + UUID.randomUUID(),
                "",
                there.key(),
                true,
                there.integrity(),
                there.limits());
        try (S3ObjectStore none = open(missing)) {
            assertKind(ObjectStoreException.Kind.NO_BUCKET, () -> none.get("a"));
            assertKind(ObjectStoreException.Kind.NO_BUCKET, () -> none.head("a"));
            assertKind(ObjectStoreException.Kind.NO_BUCKET, () -> none.getRange("a", 0, ByteBuffer.allocate(1)));
            assertKind(ObjectStoreException.Kind.NO_BUCKET, () -> none.delete(List.of("a")));
            assertKind(ObjectStoreException.Kind.NO_BUCKET, () -> none.delete(List.of("a", "b")));
            assertKind(ObjectStoreException.Kind.NO_BUCKET, () -> none.pendingUploads(""));
            assertKind(ObjectStoreException.Kind.NO_BUCKET, () -> none.upload("a", new ScriptedParts(1, 7)));
            assertKind(
                    ObjectStoreException.Kind.NO_BUCKET,
                    () -> none.upload("a", new ScriptedParts(1, UploadParts.MIN_PART, 7)));
            assertThat(assertKind(
                            ObjectStoreException.Kind.NO_BUCKET, () -> none.abort(new PendingUpload("a", "u", 0))))
                    .hasMessageContaining(missing.bucket());
            assertKind(ObjectStoreException.Kind.NO_BUCKET, () -> none.list("", "", info -> {}));
            assertKind(ObjectStoreException.Kind.NO_BUCKET, () -> none.put("a", bytes("")));
            assertKind(ObjectStoreException.Kind.NO_BUCKET, () -> none.putIfAbsent("a", bytes("")));
        }
    }

    @Test
    void theBucketPassesTheProbeWhichLeavesNothing() {
        for (int i = 0; i < 3; i++) {
            BucketProbe.run(client, scheduler, Ids.random());
        }
        assertThat(listed("", "")).isEmpty();
        long requests = store().counts().rows().stream()
                .mapToLong(RequestCounts.Row::requests)
                .sum();
        assertThat(requests / 3).isLessThanOrEqualTo(20);
    }
}
