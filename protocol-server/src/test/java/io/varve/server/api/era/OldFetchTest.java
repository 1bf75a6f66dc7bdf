// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BufferSlice;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.Request;
import io.varve.server.api.SliceRecords;
import io.varve.server.api.TestConnection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs fetches of old versions over a log of the test's own, step by step. */
@Timeout(180)
class OldFetchTest {
    private static final int MESSAGE = 1_000;

    private final VirtualTime time = new VirtualTime(1_000_000);
    private final List<FetchRequestData> asked = new ArrayList<>();
    private final TestConnection connection = new TestConnection(time);
    private Function<FetchPartition, BatchSlice> stored = partition -> new BufferSlice(batch(MESSAGE));

    private final OldFetchHandler handler = new OldFetchHandler(this::today, this::today, time, time);

    @AfterEach
    void close() {
        time.close();
    }

    @Test
    void aBoundOfNothingGivesTheFirstBatch() {
        for (int bound : new int[] {0, -1, Integer.MIN_VALUE}) {
            for (int wait : new int[] {0, -1, 100}) {
                assertThat(bytes(run(connection, fetch(3, wait, bound, 2))))
                        .as("max_bytes %s, max_wait_ms %s", bound, wait)
                        .containsExactly(MESSAGE, 0);
            }
        }
    }

    @Test
    void aFetchThatReadsNothingIsAnsweredAndDoesNotLookAgain() {
        stored = partition -> null;
        for (int wait : new int[] {-1, 60_000}) {
            asked.clear();
            assertThat(bytes(run(connection, fetch(3, wait, 1 << 20, 2)))).containsExactly(0, 0);
            assertThat(asked).hasSize(3);
        }
    }

    @Test
    void allReadsOfATurnWaitUntilOneDeadline() {
        stored = partition -> {
            time.advance(700);
            return null;
        };
        run(connection, fetch(3, 0, 1 << 20, 4));
        assertThat(asked.stream().skip(1).map(FetchRequestData::maxWaitMs)).containsExactly(1_000, 300, 0, 0);
    }

    @Test
    void afterTheDeadlineWhatIsThereIsTheAnswer() {
        stored = partition -> {
            time.advance(1_100);
            return partition.partition() == 1 ? new BufferSlice(batch(MESSAGE)) : null;
        };
        assertThat(bytes(run(connection, fetch(3, 0, 1 << 20, 4)))).containsExactly(0, MESSAGE, 0, 0);
        assertThat(asked).hasSize(3);
    }

    @Test
    void anErrorOfAConversionFailsItsFetchAndNoOther() {
        stored = partition -> new BrokenSlice();
        for (int i = 0; i < 20; i++) {
            CompletableFuture<?> failed = start(connection, fetch(3, 0, 1 << 20, 1));
            loop(connection, failed);
            assertThatThrownBy(failed::get).hasCauseInstanceOf(UnsatisfiedLinkError.class);
        }
        stored = partition -> new BufferSlice(batch(MESSAGE));
        assertThat(bytes(run(connection, fetch(3, 0, 1 << 20, 1)))).containsExactly(MESSAGE);
    }

    @Test
    void aClosedConnectionLeavesItsPlaceInTheQueueAndReadsNothing() {
        List<TestConnection> closed = new ArrayList<>();
        List<CompletableFuture<?>> fetches = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            TestConnection each = new TestConnection(time);
            closed.add(each);
            fetches.add(start(each, fetch(3, 0, 1 << 20, 1)));
            each.runOne(); // watched, and waits for its turn or has it
        }
        asked.clear();
        closed.forEach(TestConnection::close);
        closed.forEach(TestConnection::runLoop);
        assertThat(fetches)
                .allSatisfy(fetch -> assertThatThrownBy(fetch::get).hasCauseInstanceOf(CloseConnectionException.class));
        assertThat(asked).isEmpty();
        assertThat(bytes(run(connection, fetch(3, 0, 1 << 20, 1)))).containsExactly(MESSAGE);
        assertThat(connection.leftovers()).isZero();
    }

    @Test
    void partitionsThatAClientAlwaysNamesLastHaveTheirTurn() {
        int partitions = 600;
        stored = partition -> new BufferSlice(batch(20_000));
        boolean[] got = new boolean[partitions];
        for (int round = 0; round < 10; round++) {
            int[] bytes = bytes(run(connection, fetch(0, 0, 0, partitions)));
            IntStream.range(0, partitions).forEach(at -> got[at] |= bytes[at] > 0);
            IntStream.range(0, partitions / 10).forEach(other -> handler.nextRotation(partitions));
        }
        assertThat(got).doesNotContain(false);
    }

    /** Tells first that each partition has something; then gives what is {@link #stored}. */
    private CompletableFuture<FetchResponseData> today(Request request) {
        FetchRequestData data = (FetchRequestData) request.body().data();
        asked.add(data);
        boolean watches = asked.size() == 1;
        List<PartitionData> answers = data.topics().get(0).partitions().stream()
                .map(partition -> answer(partition, watches ? null : stored.apply(partition)))
                .toList();
        FetchableTopicResponse topic = new FetchableTopicResponse().setTopic("topic");
        return CompletableFuture.completedFuture(
                new FetchResponseData().setResponses(List.of(topic.setPartitions(answers))));
    }

    private static PartitionData answer(FetchPartition partition, BatchSlice slice) {
        return new PartitionData()
                .setPartitionIndex(partition.partition())
                .setHighWatermark(1)
                .setRecords(slice == null ? MemoryRecords.EMPTY : new SliceRecords(slice));
    }

    private CompletableFuture<? extends ApiMessage> start(TestConnection on, Struct fetch) {
        asked.clear();
        ByteBuffer bytes = ByteBuffer.allocate(fetch.sizeOf());
        fetch.writeTo(bytes);
        short version = (short) (fetch.hasField("max_bytes") ? 3 : 0);
        RequestHeader header = new RequestHeader(ApiKeys.FETCH, (short) 4, "client", 1);
        OldRequest request = OldRequest.parse(ApiKeys.FETCH, version, bytes.flip());
        return handler.handle(new Request(header, request, on)).toCompletableFuture();
    }

    private static void loop(TestConnection on, CompletableFuture<?> until) {
        while (!until.isDone()) {
            on.runLoop();
            Thread.onSpinWait();
        }
    }

    private Struct run(TestConnection on, Struct fetch) {
        CompletableFuture<? extends ApiMessage> answer = start(on, fetch);
        loop(on, answer);
        return ((OldResponse) answer.join()).struct();
    }

    /** @return bytes of messages by partition */
    private static int[] bytes(Struct response) {
        Struct topic = (Struct) response.getArray("responses")[0];
        Object[] partitions = topic.getArray("partitions");
        int[] bytes = new int[partitions.length];
        for (Object each : partitions) {
            Struct partition = (Struct) each;
            bytes[partition.getInt("partition_index")] = ((MemoryRecords) partition.get("records")).sizeInBytes();
        }
        return bytes;
    }

    private static Struct fetch(int version, int waitMs, int maxBytes, int partitions) {
        Struct request = new Struct(OldLayouts.request(ApiKeys.FETCH, (short) version))
                .set("replica_id", -1)
                .set("max_wait_ms", waitMs)
                .set("min_bytes", 1);
        if (version >= 3) {
            request.set("max_bytes", maxBytes);
        }
        Struct topic = request.instance("topics").set("topic", "topic");
        Object[] wanted = IntStream.range(0, partitions)
                .mapToObj(partition -> topic.instance("partitions")
                        .set("partition", partition)
                        .set("fetch_offset", 0L)
                        .set("partition_max_bytes", 1 << 20))
                .toArray();
        return request.set("topics", new Object[] {topic.set("partitions", wanted)});
    }

    /** @return one record, whose message takes some bytes */
    private static ByteBuffer batch(int bytes) {
        byte[] value = new byte[bytes - OldMessage.minBytes((byte) 1)];
        return MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1, value))
                .buffer();
    }

    /** Fails as a codec does whose native library is missing. */
    private static final class BrokenSlice implements BatchSlice {
        @Override
        public int sizeInBytes() {
            return MESSAGE;
        }

        @Override
        public Optional<FileRegion> fileRegion() {
            return Optional.empty();
        }

        @Override
        public ByteBuffer buffer() {
            throw new UnsatisfiedLinkError("no library");
        }

        @Override
        public void close() {}
    }
}
