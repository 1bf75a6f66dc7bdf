// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.log.AppendListener;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.memory.ReadableAt;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.StorageException;
import io.varve.server.api.fetch.FetchConfig;
import io.varve.server.api.fetch.FetchHandler;
import io.varve.server.api.offsets.ListOffsetsHandler;
import io.varve.server.api.offsets.OffsetForLeaderEpochHandler;
import io.varve.server.api.produce.ProduceHandler;
import io.varve.server.api.txn.DescribeProducersHandler;
import io.varve.server.api.txn.WriteTxnMarkersHandler;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.coordinator.OffsetsMarkerWriter;
import io.varve.server.coordinator.TransactionVerifier;
import io.varve.server.coordinator.TransactionVerifier.Admission;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.TopicListener;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.quota.ThrottleConfig;
import io.varve.server.security.access.Access;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * Runs handlers on real logs in memory. Nothing becomes durable before {@link #commit}, and time does not
 * advance.
 */
public final class LogFixture implements Topics {
    public static final int LEADER_EPOCH = 3;
    public static final int NODE = 1;
    public static final short READ_UNCOMMITTED = 0;

    public final VirtualTime time = new VirtualTime(1_700_000_000_000L);
    public final TestConnection connection = new TestConnection(time);
    public final AtomicInteger openSlices = new AtomicInteger();
    /** Counts the look-ups of topics by name. */
    public final AtomicInteger lookUps = new AtomicInteger();

    public final Map<PartitionId, CountedStore> stores = new LinkedHashMap<>();

    /** Writes markers to the offsets topic. */
    public OffsetsMarkerWriter offsetsMarkers = (partition, marker) ->
            CompletableFuture.failedFuture(new CoordinatorNotAvailableException("no coordinator takes transactions"));

    private final MemoryStorage storage;
    private final Map<String, Topic> topics = new LinkedHashMap<>();
    private final List<TopicListener> listeners = new ArrayList<>();
    /** Counts what clients send and get. */
    public final TopicTraffic traffic = new TopicTraffic(this);

    private final Map<ApiKeys, ApiHandler> handlers = new LinkedHashMap<>();
    private final Ids ids = Ids.seeded(42);
    /** The transaction coordinator; a test may replace it. */
    public TransactionVerifier transactions = LogFixture::admitAll;

    /** What clients use of their quotas; nobody has any at first. */
    public final QuotaThrottle throttle = new QuotaThrottle(time, ThrottleConfig.DEFAULT);

    public LogFixture() {
        this(FetchConfig.DEFAULT);
    }

    public LogFixture(FetchConfig config) {
        this(config, ReadableAt.AT_APPEND);
    }

    /** @param readable when the storage shows appended records */
    public LogFixture(FetchConfig config, ReadableAt readable) {
        storage = new MemoryStorage(readable);
        ClusterInfo cluster = new ClusterInfo("cluster", NODE, "127.0.0.1", 9092, null);
        handlers.put(ApiKeys.PRODUCE, new ProduceHandler(this, this::admit, traffic));
        handlers.put(ApiKeys.FETCH, new FetchHandler(this, cluster, config, Access.OPEN, time, ids, throttle, traffic));
        handlers.put(ApiKeys.LIST_OFFSETS, new ListOffsetsHandler(this, time));
        handlers.put(ApiKeys.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochHandler(this));
        handlers.put(ApiKeys.DESCRIBE_PRODUCERS, new DescribeProducersHandler(this));
        handlers.put(
                ApiKeys.WRITE_TXN_MARKERS,
                new WriteTxnMarkersHandler(this, (partition, marker) -> offsetsMarkers.end(partition, marker)));
    }

    private CompletableFuture<Map<TopicPartition, Errors>> admit(
            String transactionalId,
            long producerId,
            short epoch,
            List<TopicPartition> partitions,
            Admission admission) {
        return transactions.admit(transactionalId, producerId, epoch, partitions, admission);
    }

    private static CompletableFuture<Map<TopicPartition, Errors>> admitAll(
            String transactionalId,
            long producerId,
            short epoch,
            List<TopicPartition> partitions,
            Admission admission) {
        Map<TopicPartition, Errors> errors = new HashMap<>();
        partitions.forEach(partition -> errors.put(partition, Errors.NONE));
        return CompletableFuture.completedFuture(errors);
    }

    /** Lends what appends of an event loop wait in, and commits nothing. */
    private static final class Lender implements AppendListener {
        @Override
        public void appended(PartitionLog log, long records) {
            // the test commits
        }

        @Override
        public ByteBuffer lend() {
            return ByteBuffer.allocateDirect(1 << 16);
        }
    }

    public Topic create(String name, int partitions) {
        return create(name, partitions, PartitionConfig.DEFAULT, false);
    }

    public Topic create(String name, int partitions, PartitionConfig config, boolean internal) {
        UUID id = ids.next();
        List<PartitionLog> logs = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            PartitionId partition = new PartitionId(name, id, i);
            CountedStore store =
                    new CountedStore(storage.open(partition, LEADER_EPOCH, PartitionSettings.DEFAULT), openSlices);
            stores.put(partition, store);
            logs.add(PartitionLog.open(store, LEADER_EPOCH, config, time, new Lender()));
        }
        Uuid kafkaId = new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
        Topic topic = new Topic(name, kafkaId, logs, Map.of(), internal);
        topics.put(name, topic);
        return topic;
    }

    /**
     * Deletes a topic in the broker's order: first the topic cannot be found, then listeners know, then its
     * logs fail.
     */
    public void delete(String name) {
        Topic gone = topics.remove(name);
        listeners.forEach(listener -> listener.changed(gone, null));
        for (PartitionLog log : gone.open()) {
            storage.delete(log.id());
            log.commitTarget().failed(new StorageException(StorageException.Kind.CLOSED, log.id() + " was deleted"));
        }
    }

    /** The handler of an API. */
    public ApiHandler handler(ApiKeys api) {
        return handlers.get(api);
    }

    public CountedStore store(Topic topic, int partition) {
        return stores.get(topic.partition(partition).id());
    }

    /** Makes all appended records durable and visible. */
    public void commit() {
        topics.values()
                .forEach(topic -> topic.open().forEach(log -> {
                    log.commitTarget().begin();
                    storage.sync(List.of(((CountedStore) log.commitTarget().store()).inner()));
                    log.commitTarget().committed(log.logEndOffset());
                }));
    }

    /** Appends one batch of as many records as values, and makes it visible. */
    public void fill(PartitionLog log, String... values) {
        log.appender().append(batch(values).buffer(), AppendOrigin.CLIENT);
        commit();
    }

    public MemoryRecords batch(String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] =
                    new SimpleRecord(time.millis(), null, values[i].getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        return MemoryRecords.withRecords(Compression.NONE, records);
    }

    /** Sends a request as it comes off the wire, in a direct buffer. */
    public CompletableFuture<ApiMessage> send(ApiKeys api, int version, ApiMessage asked) {
        return send(api, version, asked, false);
    }

    /** Sends as {@link #send} does, on a thread that may wait. */
    public CompletableFuture<ApiMessage> sendInBackground(ApiKeys api, int version, ApiMessage asked) {
        return send(api, version, asked, true);
    }

    private CompletableFuture<ApiMessage> send(ApiKeys api, int version, ApiMessage asked, boolean background) {
        ByteBuffer bytes =
                MessageUtil.toByteBufferAccessor(asked, (short) version).buffer();
        ByteBuffer wire =
                ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
        AbstractRequest body = AbstractRequest.parseRequest(api, (short) version, new ByteBufferAccessor(wire)).request;
        RequestHeader header = new RequestHeader(api, (short) version, "test", 1);
        return handlers.get(api)
                .handle(new Request(header, body, connection, background))
                .toCompletableFuture()
                .thenApply(answer -> answer == null ? null : received(api, (short) version, answer));
    }

    /** Sends a request whose response is complete at once. */
    @SuppressWarnings("unchecked")
    public <R extends ApiMessage> R ask(ApiKeys api, int version, ApiMessage asked) {
        CompletableFuture<ApiMessage> answer = send(api, version, asked);
        if (!answer.isDone()) {
            throw new AssertionError(api + " waits");
        }
        return (R) answer.join();
    }

    private static ApiMessage received(ApiKeys api, short version, ApiMessage answer) {
        if (answer instanceof FetchResponseData fetch) {
            fetch.responses()
                    .forEach(topic -> topic.partitions().forEach(partition -> {
                        if (partition.records() instanceof SliceRecords stored) {
                            ByteBuffer copy = ByteBuffer.allocate(stored.sizeInBytes());
                            copy.put(stored.slice().buffer()).flip();
                            partition.setRecords(MemoryRecords.readableRecords(copy));
                            stored.close();
                        }
                    }));
        }
        ByteBuffer back = MessageUtil.toByteBufferAccessor(answer, version).buffer();
        return AbstractResponse.parseResponse(api, new ByteBufferAccessor(back), version)
                .data();
    }

    @Override
    public Topic byName(String name) {
        lookUps.incrementAndGet();
        return topics.get(name);
    }

    @Override
    public Topic byId(Uuid id) {
        return topics.values().stream()
                .filter(topic -> topic.id().equals(id))
                .findFirst()
                .orElse(null);
    }

    @Override
    public Collection<Topic> all() {
        return List.copyOf(topics.values());
    }

    @Override
    public void addListener(TopicListener listener) {
        listeners.add(listener);
    }
}
