// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.VirtualTime;
import io.varve.experiments.workload.LatencyModel;
import io.varve.s3.client.ObjectInfo;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.client.RequestCounts;
import io.varve.s3.client.RequestKind;
import io.varve.s3.client.UploadParts;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asks a simulated bucket what the tier asks of a real one. */
class SimulatedBucketTest {
    private static final long START = 1_790_000_000_000L;
    private static final int SCALE = 100;
    private static final LatencyModel.TierTimes TIMES = new LatencyModel.TierTimes(30, 0, 2, 90_000);
    private static final long OUT_FROM = START + 3_600_000;
    private static final long OUT_TO = OUT_FROM + 600_000;

    private final VirtualTime time = new VirtualTime(START);

    @TempDir
    private Path directory;

    private SimulatedBucket simulated;
    private ObjectStore bucket;

    @BeforeEach
    void makeBucket() {
        BucketModel model = new BucketModel(TIMES, SCALE, List.of(new BucketModel.Outage(OUT_FROM, OUT_TO)));
        simulated = new SimulatedBucket(model, time, directory.resolve("objects"), 1);
        bucket = simulated.connect();
    }

    @Test
    void holdsWhatWasPutAndNotDeleted() {
        bucket.put("a/b", bytes("one"));
        bucket.put("a/b", bytes("three"));
        assertThat(simulated.usage().storedBytes()).isEqualTo(5);
        bucket.delete(List.of("a/b", "a/c"));
        assertThat(simulated.usage().storedBytes()).isZero();
    }

    @Test
    void leavesNoFileOfAnUploadWhosePartsCannotBeMade() throws Exception {
        for (int size : new int[] {1_000, 300_000}) {
            Parts parts = new Parts(size, 70_000).failingAtTheEnd();
            assertThatThrownBy(() -> bucket.upload("broken", parts)).isInstanceOf(IllegalStateException.class);
        }
        bucket.upload("whole", new Parts(300_000, 70_000));
        try (Stream<Path> files = Files.list(directory.resolve("objects"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void countsTheRequestsOfAllClients() {
        ObjectStore other = simulated.connect();
        bucket.put("a", bytes("x"));
        bucket.close();
        assertThat(other.get("a")).as("of another client").contains(bytes("x"));
        assertThat(other.counts().rows()).containsExactly(new RequestCounts.Row("", RequestKind.GET, 1, 0, 1));
        assertThat(simulated.usage().requests(RequestKind.PUT)).isEqualTo(1);
        assertThat(simulated.usage().requests(RequestKind.GET)).isEqualTo(1);
    }

    @Test
    void readsRangesOfSmallAndLargeObjectsAndRefusesOthers() {
        for (int size : new int[] {1_000, 300_000}) {
            String key = "r/" + size;
            assertThat(bucket.upload(key, new Parts(size, 70_000)).bytes()).isEqualTo(size);
            ByteBuffer into = ByteBuffer.allocate(100).position(10);
            bucket.getRange(key, size - 90L, into);
            assertThat(into.hasRemaining()).isFalse();
            assertThat(into.get(99)).isEqualTo(Parts.at(size - 1));
            ByteBuffer later = ByteBuffer.allocate(7);
            CompletableFuture<Void> answer = bucket.getRangeAsync(key, 5, later);
            assertThat(answer).isNotDone();
            time.advance(1000);
            assertThat(answer).isCompleted();
            assertThat(later.get(6)).isEqualTo(Parts.at(11));
            assertThatThrownBy(() -> bucket.getRange(key, size - 1L, ByteBuffer.allocate(2)))
                    .isInstanceOfSatisfying(
                            ObjectStoreException.class,
                            e -> assertThat(e.kind()).isEqualTo(ObjectStoreException.Kind.ABSENT));
        }
    }

    @Test
    void countsRequestsOfFullSizeByTopicAndKind() {
        ObjectStore orders = bucket.countedFor("orders");
        int size = 1 << 20; // stands for 100 MiB: 13 parts of 8 MiB
        ObjectInfo stored = orders.upload("data", new Parts(size, size));
        assertThat(stored.bytes()).isEqualTo(size);
        orders.getRange("data", 0, ByteBuffer.allocate(1000));
        bucket.put("m", bytes("12345"));
        assertThat(bucket.counts().rows())
                .containsExactly(
                        new RequestCounts.Row("", RequestKind.PUT, 1, 0, 5),
                        new RequestCounts.Row("orders", RequestKind.PUT, 15, 0, 100L * size),
                        new RequestCounts.Row("orders", RequestKind.GET, 2, 0, 100_000));
        assertThat(simulated.usage().storedBytes()).isEqualTo(100L * size + 5);
        assertThat(simulated.usage().requests(RequestKind.PUT)).isEqualTo(16);
    }

    @Test
    void letsVirtualTimePass() {
        bucket.put("a", bytes("x"));
        assertThat(time.millis()).isEqualTo(START + 30);
        List<Long> ends = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            time.worker("reader-" + i, () -> {
                bucket.get("a");
                ends.add(time.millis());
                return Scheduler.AgentStep.UNTIL_WOKEN;
            });
        }
        time.advance(100);
        assertThat(ends).as("beside each other").containsExactly(START + 60, START + 60);
    }

    @Test
    void answersNothingWhileItIsAway() {
        bucket.put("a", bytes("x"));
        time.advance(OUT_FROM - time.millis());
        assertThatThrownBy(() -> bucket.get("a"))
                .isInstanceOfSatisfying(
                        ObjectStoreException.class,
                        e -> assertThat(e.kind()).isEqualTo(ObjectStoreException.Kind.UNAVAILABLE));
        assertThat(time.millis()).as("two attempts of 30 s").isEqualTo(OUT_FROM + 60_000);
        assertThat(simulated.usage().requests(RequestKind.GET)).isZero();
        time.advance(OUT_TO - time.millis() - 20_000);
        assertThat(bucket.get("a")).as("the second attempt").contains(bytes("x"));
        assertThat(bucket.counts().rows()).contains(new RequestCounts.Row("", RequestKind.GET, 4, 3, 1));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Supplies an object of bytes that count up. */
    private static final class Parts implements UploadParts {
        private final int size;
        private final int part;
        private int made;
        private boolean fails;

        Parts(int size, int part) {
            this.size = size;
            this.part = part;
        }

        Parts failingAtTheEnd() {
            fails = true;
            return this;
        }

        static byte at(int index) {
            return (byte) (index * 31);
        }

        @Override
        public ByteBuffer next() {
            if (made == size && fails) {
                throw new IllegalStateException("the end cannot be made");
            }
            if (made == size) {
                return null;
            }
            ByteBuffer next = ByteBuffer.allocate(Math.min(part, size - made));
            while (next.hasRemaining()) {
                next.put(at(made++));
            }
            return next.flip();
        }

        @Override
        public void release(ByteBuffer buffer) {
            buffer.clear();
        }
    }
}
