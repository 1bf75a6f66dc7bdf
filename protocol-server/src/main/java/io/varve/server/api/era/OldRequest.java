// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.server.api.Request;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * A request of an old version, with what it means today: the same request in the lowest version that Kafka 4
 * knows. It is only passed between the parser and the handler of old versions.
 */
public final class OldRequest extends AbstractRequest {
    private final short oldVersion;
    private final Struct old;
    private final AbstractRequest today;

    private OldRequest(short oldVersion, Struct old, AbstractRequest today) {
        super(today.apiKey(), today.version());
        this.oldVersion = oldVersion;
        this.old = old;
        this.today = today;
    }

    /**
     * Parses the body of a request.
     *
     * @param api the API
     * @param version a version that {@link OldLayouts#has}
     * @param body the bytes, after those of the header; record bytes in the request are views of them
     * @return the request
     * @throws RuntimeException as Kafka's parsers, if the bytes are not such a request
     */
    public static OldRequest parse(ApiKeys api, short version, ByteBuffer body) {
        Struct old = OldLayouts.request(api, version).read(body);
        return new OldRequest(version, old, api == ApiKeys.PRODUCE ? produce(old) : translate(api, old));
    }

    private static AbstractRequest translate(ApiKeys api, Struct old) {
        short lowest = api.oldestVersion();
        Struct struct = Relayout.copy(old, api.messageType.requestSchemas()[lowest]);
        ByteBuffer bytes = ByteBuffer.allocate(struct.sizeOf());
        struct.writeTo(bytes);
        return AbstractRequest.parseRequest(api, lowest, new ByteBufferAccessor(bytes.flip())).request;
    }

    /** Copies no record bytes. */
    private static AbstractRequest produce(Struct old) {
        TopicProduceDataCollection topics = new TopicProduceDataCollection();
        for (Object topic : old.getArray("topic_data")) {
            List<PartitionProduceData> partitions = new ArrayList<>();
            for (Object each : ((Struct) topic).getArray("partition_data")) {
                Struct partition = (Struct) each;
                ByteBuffer records = partition.getBytes("records");
                partitions.add(new PartitionProduceData()
                        .setIndex(partition.getInt("index"))
                        .setRecords(records == null ? null : MemoryRecords.readableRecords(records)));
            }
            topics.add(new TopicProduceData()
                    .setName(((Struct) topic).getString("name"))
                    .setPartitionData(partitions));
        }
        return new ProduceRequest(
                new ProduceRequestData()
                        .setAcks(old.getShort("acks"))
                        .setTimeoutMs(old.getInt("timeout_ms"))
                        .setTopicData(topics),
                ApiKeys.PRODUCE.oldestVersion());
    }

    /** @return the version that the client used */
    short oldVersion() {
        return oldVersion;
    }

    /** @return the request as the client sent it */
    Struct old() {
        return old;
    }

    /**
     * @param request the request that this one is the body of
     * @param body what a handler of today is to serve instead
     * @return a request of today
     */
    static Request asOfToday(Request request, AbstractRequest body) {
        RequestHeader header = request.header();
        return new Request(
                new RequestHeader(body.apiKey(), body.version(), header.clientId(), header.correlationId()),
                body,
                request.connection(),
                request.background());
    }

    /** @return what the request means today */
    AbstractRequest today() {
        return today;
    }

    /**
     * Puts a response into the layout that the client of a request reads.
     *
     * @param request the request
     * @param response a response to it, of today or of its own version already
     * @return the response to send
     */
    public static ApiMessage answer(AbstractRequest request, ApiMessage response) {
        if (!(request instanceof OldRequest old) || response instanceof OldResponse) {
            return response;
        }
        Schema today = old.apiKey().messageType.responseSchemas()[old.version()];
        Struct struct = today.read(
                MessageUtil.toByteBufferAccessor(response, old.version()).buffer());
        return new OldResponse(
                old.apiKey(), Relayout.copy(struct, OldLayouts.response(old.apiKey(), old.oldVersion())));
    }

    @Override
    public ApiMessage data() {
        return today.data();
    }

    @Override
    public AbstractResponse getErrorResponse(int throttleTimeMs, Throwable failure) {
        return today.getErrorResponse(throttleTimeMs, failure);
    }
}
