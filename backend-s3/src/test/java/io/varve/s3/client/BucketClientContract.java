// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Checks besides what a client of a bucket promises of its requests: which ones each call makes, who they
 * count for, and that none is made after the close.
 */
public abstract class BucketClientContract extends ObjectStoreContract {
    private static final int PAGE = 1_000;
    private static final Requests NONE = new Requests(Map.of(), Map.of());

    /** Holds requests and bytes by kind. */
    private record Requests(Map<RequestKind, Long> number, Map<RequestKind, Long> bytes) {
        Requests plus(RequestKind kind, long more, long moreBytes) {
            Map<RequestKind, Long> numbers = new TreeMap<>(number);
            Map<RequestKind, Long> sizes = new TreeMap<>(bytes);
            numbers.merge(kind, more, Long::sum);
            sizes.merge(kind, moreBytes, Long::sum);
            return new Requests(numbers, sizes);
        }
    }

    private Requests requestsOf(Runnable call) {
        Requests before = requests();
        call.run();
        Requests all = requests();
        before.number.forEach((kind, number) -> all.number.merge(kind, -number, Long::sum));
        before.bytes.forEach((kind, bytes) -> all.bytes.merge(kind, -bytes, Long::sum));
        all.number.values().removeIf(number -> number == 0);
        all.bytes.keySet().retainAll(all.number.keySet());
        return all;
    }

    private Requests requests() {
        List<RequestCounts.Row> rows = store().counts().rows();
        assertThat(rows).allSatisfy(row -> assertThat(row.failed()).isZero());
        return new Requests(
                rows.stream()
                        .collect(Collectors.toMap(
                                RequestCounts.Row::kind, RequestCounts.Row::requests, Long::sum, TreeMap::new)),
                rows.stream()
                        .collect(Collectors.toMap(
                                RequestCounts.Row::kind, RequestCounts.Row::bytes, Long::sum, TreeMap::new)));
    }

    @Test
    void countsRequestsByTopicAndKind() {
        ObjectStore orders = store().countedFor("orders");
        orders.put("c/1", bytes("12345"));
        orders.get("c/1");
        orders.get("c/2");
        store().list("c/", "", info -> {});
        store().delete(List.of("c/1"));
        assertThat(store().counts().rows())
                .isEqualTo(orders.counts().rows())
                .containsExactlyInAnyOrder(
                        new RequestCounts.Row("orders", RequestKind.PUT, 1, 0, 5),
                        new RequestCounts.Row("orders", RequestKind.GET, 2, 0, 5),
                        new RequestCounts.Row("", RequestKind.LIST, 1, 0, 0),
                        new RequestCounts.Row("", RequestKind.DELETE, 1, 0, 0));
    }

    @Test
    void createsInOneRequestAndReadsWhatWasThere() {
        Requests put = NONE.plus(RequestKind.PUT, 1, 4);
        assertThat(requestsOf(() -> store().put("p", bytes("1234")))).isEqualTo(put);
        assertThat(requestsOf(() -> store().putIfAbsent("m", bytes("mine")))).isEqualTo(put);
        assertThat(requestsOf(() -> store().putIfAbsent("m", bytes("mine"))))
                .as("the own bytes are there")
                .isEqualTo(put.plus(RequestKind.GET, 1, 4));
        assertThat(requestsOf(() -> store().putIfAbsent("m", bytes("else"))))
                .as("others are there, at three reads alike")
                .isEqualTo(put.plus(RequestKind.GET, 3, 12));
    }

    @Test
    void uploadsInAsManyRequestsAsThereAreParts() {
        int[][] onePart = {{}, {PART + 9}};
        for (int[] sizes : onePart) {
            Requests put = NONE.plus(RequestKind.PUT, 1, sizes.length == 0 ? 0 : sizes[0]);
            assertThat(requestsOf(() -> store().upload("one", new ScriptedParts(1, sizes))))
                    .as("asked for again, if the answer does not say what was stored")
                    .isIn(put, put.plus(RequestKind.GET, 1, 0));
        }
        assertThat(requestsOf(() -> store().upload("three", new ScriptedParts(1, PART + 500_000, PART + 500_000, 7))))
                .as("begun, three parts, completed, and asked for")
                .isEqualTo(NONE.plus(RequestKind.PUT, 5, 2 * PART + 1_000_007).plus(RequestKind.GET, 1, 0));
    }

    @Test
    void readsInOneRequest() {
        store().put("r", bytes("0123456789"));
        assertThat(requestsOf(() -> store().get("r"))).isEqualTo(NONE.plus(RequestKind.GET, 1, 10));
        assertThat(requestsOf(() -> store().get("none"))).isEqualTo(NONE.plus(RequestKind.GET, 1, 0));
        assertThat(requestsOf(() -> store().getRange("r", 3, ByteBuffer.allocate(4))))
                .isEqualTo(NONE.plus(RequestKind.GET, 1, 4));
        assertThat(requestsOf(() -> store().getRange("r", 3, ByteBuffer.allocate(0))))
                .as("nothing is asked for")
                .isEqualTo(NONE);
        assertThat(requestsOf(() -> assertKind(
                        ObjectStoreException.Kind.ABSENT, () -> store().getRange("none", 0, ByteBuffer.allocate(1)))))
                .isEqualTo(NONE.plus(RequestKind.GET, 1, 0));
        assertThat(requestsOf(() -> assertKind(
                        ObjectStoreException.Kind.ABSENT, () -> store().getRange("r", 10, ByteBuffer.allocate(1)))))
                .isEqualTo(NONE.plus(RequestKind.GET, 1, 0));
        assertThat(requestsOf(() -> store().head("r"))).isEqualTo(NONE.plus(RequestKind.GET, 1, 0));
        assertThat(requestsOf(() -> store().head("none")))
                .as("the object, and the bucket")
                .isEqualTo(NONE.plus(RequestKind.GET, 2, 0));
    }

    @Test
    void listsAndDeletesAThousandAtATime() {
        List<String> keys = IntStream.range(0, PAGE)
                .mapToObj(number -> String.format("l/%06d", number))
                .toList();
        keys.forEach(key -> store().put(key, bytes("")));
        assertThat(requestsOf(() -> store().list("none/", "", info -> {})))
                .isEqualTo(NONE.plus(RequestKind.LIST, 1, 0));
        assertThat(requestsOf(() -> store().list("l/", "", info -> {}))).isEqualTo(NONE.plus(RequestKind.LIST, 1, 0));
        store().put("l/more", bytes(""));
        assertThat(requestsOf(() -> store().list("l/", "", info -> {}))).isEqualTo(NONE.plus(RequestKind.LIST, 2, 0));
        assertThat(requestsOf(() -> store().pendingUploads(""))).isEqualTo(NONE.plus(RequestKind.LIST, 1, 0));
        assertThat(requestsOf(() -> store().delete(listed("", ""))))
                .isEqualTo(NONE.plus(RequestKind.LIST, 2, 0).plus(RequestKind.DELETE, 2, 0));
        assertThat(requestsOf(() -> store().delete(List.of()))).isEqualTo(NONE);
        assertThat(requestsOf(() -> store().delete(List.of("l/more")))).isEqualTo(NONE.plus(RequestKind.DELETE, 1, 0));
        assertThat(requestsOf(() -> store().abort(new PendingUpload("l/never", "none", 0))))
                .isEqualTo(NONE.plus(RequestKind.DELETE, 1, 0));
    }

    @Test
    void aClosedClientMakesNoRequest() {
        ObjectStore orders = store().countedFor("orders");
        store().put("k", bytes("x"));
        store().close();
        store().close();
        for (ObjectStore each : List.of(store(), orders)) {
            assertKind(ObjectStoreException.Kind.UNAVAILABLE, () -> each.get("k"));
            assertKind(ObjectStoreException.Kind.UNAVAILABLE, () -> each.put("k", bytes("y")));
            assertKind(ObjectStoreException.Kind.UNAVAILABLE, () -> each.list("", "", info -> {}));
        }
        assertThat(requests()).isEqualTo(NONE.plus(RequestKind.PUT, 1, 1));
    }
}
