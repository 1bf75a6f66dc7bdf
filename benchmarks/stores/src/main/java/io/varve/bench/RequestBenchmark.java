// SPDX-License-Identifier: Apache-2.0
package io.varve.bench;

import io.varve.server.api.Request;
import io.varve.server.api.RequestExtent;
import io.varve.server.api.parse.RequestParser;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Scans and parses produce requests with batches of 16 KB, and fetches. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class RequestBenchmark {
    private static final Uuid TOPIC = new Uuid(1, 1);

    /** Partitions that a request names. */
    @Param({"1", "8", "1000"})
    public int partitions;

    private ByteBuffer produce;
    private ByteBuffer fetch;

    /** Makes the requests, as clients send them. */
    @Setup(Level.Trial)
    public void make() {
        ByteBuffer batch = Stores.batch(1, 16_000);
        TopicProduceData written = new TopicProduceData().setTopicId(TOPIC);
        FetchRequestData.FetchTopic read = new FetchRequestData.FetchTopic().setTopicId(TOPIC);
        for (int i = 0; i < partitions; i++) {
            written.partitionData()
                    .add(new PartitionProduceData().setIndex(i).setRecords(MemoryRecords.readableRecords(batch)));
            read.partitions()
                    .add(new FetchRequestData.FetchPartition().setPartition(i).setPartitionMaxBytes(1 << 20));
        }
        ProduceRequestData asked = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000);
        asked.topicData().add(written);
        produce = frame(new ProduceRequest(asked, ApiKeys.PRODUCE.latestVersion()));
        fetch = frame(new FetchRequest(
                new FetchRequestData().setMaxBytes(50 << 20).setTopics(List.of(read)), ApiKeys.FETCH.latestVersion()));
    }

    private static ByteBuffer frame(AbstractRequest request) {
        ByteBuffer heap =
                request.serializeWithHeader(new RequestHeader(request.apiKey(), request.version(), "bench", 1));
        return ByteBuffer.allocateDirect(heap.remaining()).put(heap).flip();
    }

    /** Counts the elements of a produce request. */
    @Benchmark
    public RequestExtent scanProduce() {
        return RequestParser.inspect(produce);
    }

    /** Makes the objects of a produce request. */
    @Benchmark
    public Request parseProduce() {
        return RequestParser.parse(produce.duplicate(), null);
    }

    /** Counts the elements of a fetch. */
    @Benchmark
    public RequestExtent scanFetch() {
        return RequestParser.inspect(fetch);
    }

    /** Makes the objects of a fetch. */
    @Benchmark
    public Request parseFetch() {
        return RequestParser.parse(fetch.duplicate(), null);
    }
}
