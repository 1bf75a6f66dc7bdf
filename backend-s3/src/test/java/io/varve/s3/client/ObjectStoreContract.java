// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Checks what {@link ObjectStore} promises, against one real server for each subclass. */
abstract class ObjectStoreContract {
    private static final int PART = UploadParts.MIN_PART;
    private static final int KEYS = 1_010;

    private SystemScheduler scheduler;
    private S3ObjectStore store;

    /** @return a bucket that exists */
    abstract BucketSettings bucket();

    @BeforeEach
    void open() {
        scheduler = new SystemScheduler(1);
        store = open(bucket().within("contract-" + UUID.randomUUID()));
    }

    @AfterEach
    void closeAll() {
        store.close();
        scheduler.close();
    }

    final S3ObjectStore store() {
        return store;
    }

    final S3ObjectStore open(BucketSettings settings) {
        return S3ObjectStore.open(settings, Clock.system(), scheduler, Ids.random());
    }

    @Test
    void getsWhatWasPut() {
        store.put("a/b", bytes("one"));
        store.put("a/b", bytes("two"));
        assertThat(store.get("a/b")).contains(bytes("two"));
        assertThat(store.head("a/b")).hasValueSatisfying(info -> {
            assertThat(info.key()).isEqualTo("a/b");
            assertThat(info.bytes()).isEqualTo(3);
            assertThat(info.modifiedMs()).isPositive();
        });
        assertThat(store.get("a/c")).isEmpty();
        assertThat(store.head("a/c")).isEmpty();
    }

    @Test
    void anEmptyObjectIsAnObject() {
        store.put("empty", bytes(""));
        assertThat(store.get("empty")).contains(bytes(""));
        assertThat(store.upload("empty-upload", new ScriptedParts(1)).bytes()).isZero();
        assertThat(store.head("empty-upload").orElseThrow().bytes()).isZero();
    }

    @Test
    void createsOnlyWhatIsAbsent() {
        assertThat(store.putIfAbsent("m/1", bytes("first"))).isTrue();
        assertThat(store.putIfAbsent("m/1", bytes("second"))).isFalse();
        assertThat(store.putIfAbsent("m/1", bytes("first")))
                .as("its own success")
                .isTrue();
        assertThat(store.get("m/1")).contains(bytes("first"));
    }

    @Test
    void oneOfManyCreatorsWins() throws InterruptedException {
        for (int round = 0; round < 5; round++) {
            String key = "race/" + round;
            ConcurrentLinkedQueue<String> winners = new ConcurrentLinkedQueue<>();
            ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
            CountDownLatch done = new CountDownLatch(8);
            for (int i = 0; i < 8; i++) {
                String content = "writer " + i;
                scheduler.start("racer", () -> {
                    try {
                        if (store.putIfAbsent(key, bytes(content))) {
                            winners.add(content);
                        }
                    } catch (Throwable e) {
                        failures.add(e);
                    } finally {
                        done.countDown();
                    }
                });
            }
            done.await();
            assertThat(failures).isEmpty();
            assertThat(winners).hasSize(1);
            assertThat(store.get(key)).contains(bytes(winners.peek()));
        }
    }

    @Test
    void uploadsOnePart() {
        ScriptedParts parts = new ScriptedParts(2, PART / 2);
        assertThat(store.upload("one", parts).bytes()).isEqualTo(PART / 2);
        assertThat(store.get("one")).contains(parts.whole());
        assertThat(parts.areReleasedOnce()).isTrue();
    }

    @Test
    void uploadsManyParts() {
        ScriptedParts parts = new ScriptedParts(3, PART, PART + 1, PART + 77_777, PART, PART, PART, 5);
        ObjectInfo stored = store.upload("many", parts);
        assertThat(stored.bytes()).isEqualTo(parts.whole().remaining());
        assertThat(store.head("many").orElseThrow().bytes()).isEqualTo(stored.bytes());
        ByteBuffer read = ByteBuffer.allocateDirect((int) stored.bytes());
        store.getRange("many", 0, read);
        assertThat(read.flip()).isEqualTo(parts.whole());
        assertThat(parts.areReleasedOnce()).isTrue();
        assertThat(store.pendingUploads("")).isEmpty();
    }

    @Test
    void anUploadWhosePartsCannotBeMadeLeavesNothing() {
        for (int failAt = 0; failAt <= 3; failAt++) {
            ScriptedParts parts = new ScriptedParts(4, PART, PART, PART).failAt(failAt);
            assertThatThrownBy(() -> store.upload("broken", parts)).isInstanceOf(IllegalStateException.class);
            assertThat(parts.areReleasedOnce()).as("failed at " + failAt).isTrue();
            assertThat(store.head("broken")).isEmpty();
            assertThat(store.pendingUploads("")).isEmpty();
        }
    }

    @Test
    void readsRanges() {
        ScriptedParts parts = new ScriptedParts(5, 300_000);
        store.upload("r/object", parts);
        for (int[] range : new int[][] {{0, 300_000}, {0, 1}, {299_999, 1}, {100, 70_000}, {12, 0}}) {
            ByteBuffer expected = parts.whole().slice(range[0], range[1]);
            ByteBuffer direct =
                    ByteBuffer.allocateDirect(range[1] + 9).position(4).limit(4 + range[1]);
            store.getRange("r/object", range[0], direct);
            assertThat(direct.hasRemaining()).isFalse();
            assertThat(direct.position(4)).isEqualTo(expected);
            ByteBuffer heap = ByteBuffer.allocate(range[1] + 9).position(3).slice(2, range[1]);
            store.getRange("r/object", range[0], heap);
            assertThat(heap.flip()).isEqualTo(expected);
        }
    }

    @Test
    void aRangeBeyondTheEndIsAbsent() {
        store.put("r/short", bytes("0123456789"));
        assertKind(ObjectStoreException.Kind.ABSENT, () -> store.getRange("r/short", 5, ByteBuffer.allocate(6)));
        assertKind(ObjectStoreException.Kind.ABSENT, () -> store.getRange("r/short", 10, ByteBuffer.allocate(1)));
        assertKind(ObjectStoreException.Kind.ABSENT, () -> store.getRange("r/none", 0, ByteBuffer.allocate(1)));
    }

    @Test
    void listsInOrderAndDeletesManyPages() {
        List<String> keys = IntStream.range(0, KEYS)
                .mapToObj(number -> String.format("l/%06d", number))
                .toList();
        keys.parallelStream().forEach(key -> store.put(key, bytes(key)));
        store.put("k/before", bytes(""));
        store.put("m/behind", bytes(""));
        assertThat(listed("l/", "")).isEqualTo(keys);
        assertThat(listed("l/", keys.get(500))).isEqualTo(keys.subList(501, KEYS));
        assertThat(listed("l/0000", "")).isEqualTo(keys.subList(0, 100));
        assertThat(listed("", "l/001008")).containsExactly("l/001009", "m/behind");
        List<String> deleted = new ArrayList<>(keys);
        deleted.add("l/never-there");
        store.delete(deleted);
        store.delete(deleted);
        store.delete(List.of("k/before"));
        store.delete(List.of("k/before"));
        store.delete(List.of());
        assertThat(listed("", "")).containsExactly("m/behind");
    }

    @Test
    void namesUploadsThatWereBegun() {
        String id = store.requests()
                .client()
                .createMultipartUpload(create ->
                        create.bucket(bucket().bucket()).key(store.requests().full("u/begun")))
                .uploadId();
        assertThat(store.pendingUploads("u/")).singleElement().satisfies(upload -> {
            assertThat(upload.key()).isEqualTo("u/begun");
            assertThat(upload.uploadId()).isEqualTo(id);
        });
        assertThat(store.pendingUploads("v/")).isEmpty();
        PendingUpload begun = store.pendingUploads("").get(0);
        store.abort(begun);
        store.abort(begun);
        assertThat(store.pendingUploads("")).isEmpty();
    }

    @Test
    void countsRequestsByTopicAndKind() {
        ObjectStore orders = store.countedFor("orders");
        orders.put("c/1", bytes("12345"));
        orders.get("c/1");
        orders.get("c/2");
        store.list("c/", "", info -> {});
        store.delete(List.of("c/1"));
        assertThat(store.counts().rows())
                .isEqualTo(store.counts().rows())
                .containsExactlyInAnyOrder(
                        new RequestCounts.Row("orders", RequestKind.PUT, 1, 0, 5),
                        new RequestCounts.Row("orders", RequestKind.GET, 2, 0, 5),
                        new RequestCounts.Row("", RequestKind.LIST, 1, 0, 0),
                        new RequestCounts.Row("", RequestKind.DELETE, 1, 0, 0));
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
            BucketProbe.run(store, scheduler, Ids.random());
        }
        assertThat(listed("", "")).isEmpty();
        long requests = store.counts().rows().stream()
                .mapToLong(RequestCounts.Row::requests)
                .sum();
        assertThat(requests / 3).isLessThanOrEqualTo(20);
    }

    final SystemScheduler scheduler() {
        return scheduler;
    }

    final List<String> listed(String prefix, String after) {
        List<String> keys = new ArrayList<>();
        store.list(prefix, after, info -> keys.add(info.key()));
        return keys;
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    static ObjectStoreException assertKind(ObjectStoreException.Kind kind, Runnable call) {
        ObjectStoreException[] thrown = new ObjectStoreException[1];
        assertThatThrownBy(call::run).isInstanceOfSatisfying(ObjectStoreException.class, e -> thrown[0] = e);
        assertThat(thrown[0].kind()).as(thrown[0].getMessage()).isEqualTo(kind);
        return thrown[0];
    }
}
