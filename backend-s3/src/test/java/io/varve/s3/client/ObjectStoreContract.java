// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Checks what {@link ObjectStore} promises of objects, for each store that a test of this tree uses. */
public abstract class ObjectStoreContract {
    static final int PART = UploadParts.MIN_PART;
    private static final int KEYS = 1_010;
    private static final int WRITERS = 8;

    private ObjectStore store;

    /** Returns a store without an object. */
    protected abstract ObjectStore open();

    /** Runs actions at the same time, and returns when all have ended. */
    protected abstract void together(List<Runnable> actions);

    /** Lets time pass until an answer is there. */
    protected abstract void await(CompletableFuture<?> answer);

    @BeforeEach
    final void openStore() {
        store = open();
    }

    @AfterEach
    final void closeStore() {
        store.close();
    }

    /** Returns the store of this test. */
    protected final ObjectStore store() {
        return store;
    }

    @Test
    void getsWhatWasPut() {
        store.put("a/b", bytes("one"));
        ByteBuffer within = bytes("..two..").position(2).limit(5);
        store.put("a/b", within);
        assertThat(within).as("not moved").isEqualTo(bytes("two"));
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
        ByteBuffer first = bytes("first");
        assertThat(store.putIfAbsent("m/1", first)).isTrue();
        assertThat(store.putIfAbsent("m/1", bytes("second"))).isFalse();
        assertThat(store.putIfAbsent("m/1", first)).as("its own success").isTrue();
        assertThat(first).as("not moved").isEqualTo(bytes("first"));
        assertThat(store.get("m/1")).contains(bytes("first"));
    }

    @Test
    void oneOfManyCreatorsWins() {
        for (int round = 0; round < 5; round++) {
            String key = "race/" + round;
            ConcurrentLinkedQueue<String> winners = new ConcurrentLinkedQueue<>();
            ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
            List<Runnable> racers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                String content = "writer " + i;
                racers.add(() -> {
                    try {
                        if (store.putIfAbsent(key, bytes(content))) {
                            winners.add(content);
                        }
                    } catch (RuntimeException | Error e) {
                        failures.add(e);
                    }
                });
            }
            together(racers);
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
    void anUploadReplacesAnObject() {
        store.put("again", bytes("before"));
        ScriptedParts parts = new ScriptedParts(6, 100_000);
        store.upload("again", parts);
        assertThat(store.get("again")).contains(parts.whole());
        store.put("again", bytes("behind"));
        assertThat(store.get("again")).contains(bytes("behind"));
        assertThat(listed("", "")).containsExactly("again");
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
            CompletableFuture<Void> answer = store.getRangeAsync("r/object", range[0], heap);
            await(answer);
            assertThat(answer).isCompleted();
            assertThat(heap.flip()).isEqualTo(expected);
        }
    }

    @Test
    void aRangeBeyondTheEndIsAbsent() {
        store.put("r/short", bytes("0123456789"));
        assertKind(ObjectStoreException.Kind.ABSENT, () -> store.getRange("r/short", 5, ByteBuffer.allocate(6)));
        assertKind(ObjectStoreException.Kind.ABSENT, () -> store.getRange("r/short", 10, ByteBuffer.allocate(1)));
        assertKind(ObjectStoreException.Kind.ABSENT, () -> store.getRange("r/none", 0, ByteBuffer.allocate(1)));
        CompletableFuture<Void> answer = store.getRangeAsync("r/none", 0, ByteBuffer.allocate(1));
        await(answer);
        assertThatThrownBy(answer::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ObjectStoreException.class,
                        e -> assertThat(e.kind()).isEqualTo(ObjectStoreException.Kind.ABSENT));
    }

    @Test
    void readsWholeObjectsLater() {
        store.put("later", bytes("content"));
        CompletableFuture<?> there = store.getAsync("later");
        CompletableFuture<?> absent = store.getAsync("none");
        await(CompletableFuture.allOf(there, absent));
        assertThat(there.join()).isEqualTo(store.get("later"));
        assertThat(absent.join()).isEqualTo(store.get("none"));
    }

    @Test
    void listsInOrderAndDeletesManyPages() {
        List<String> keys = IntStream.range(0, KEYS)
                .mapToObj(number -> String.format("l/%06d", number))
                .toList();
        together(IntStream.range(0, WRITERS)
                .<Runnable>mapToObj(writer -> () -> {
                    for (int i = writer; i < KEYS; i += WRITERS) {
                        store.put(keys.get(i), bytes(keys.get(i)));
                    }
                })
                .toList());
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
