// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.log;

import io.varve.core.event.EventCodec;
import io.varve.core.runtime.Clock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Encodes and decodes metadata events as Kafka does: {@code kafka-dump-log.sh --cluster-metadata-decoder}
 * reads them. Thread-safe.
 */
public final class MetadataRecordCodec implements EventCodec<ApiMessageAndVersion> {
    private static final MetadataRecordSerde SERDE = MetadataRecordSerde.INSTANCE;

    private final Clock clock;

    /** @param clock stamps the records */
    public MetadataRecordCodec(Clock clock) {
        this.clock = clock;
    }

    @Override
    public ByteBuffer encode(List<ApiMessageAndVersion> events) {
        long now = clock.millis();
        SimpleRecord[] records = new SimpleRecord[events.size()];
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(now, null, value(events.get(i)));
        }
        return MemoryRecords.withRecords(Compression.NONE, records).buffer();
    }

    @Override
    public void decode(ByteBuffer batches, Sink<ApiMessageAndVersion> sink) {
        for (MutableRecordBatch batch : MemoryRecords.readableRecords(batches).batches()) {
            batch.ensureValid();
            List<ApiMessageAndVersion> events = new ArrayList<>();
            if (!batch.isControlBatch()) {
                for (Record record : batch) {
                    events.add(event(record));
                }
            }
            sink.batch(events, batch.nextOffset());
        }
    }

    private static ByteBuffer value(ApiMessageAndVersion event) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer value = ByteBuffer.allocate(SERDE.recordSize(event, cache));
        SERDE.write(event, cache, new ByteBufferAccessor(value));
        return value.flip();
    }

    private static ApiMessageAndVersion event(Record record) {
        try {
            return SERDE.read(new ByteBufferAccessor(record.value()), record.valueSize());
        } catch (RuntimeException e) {
            throw new MetadataException(
                    "the metadata event at offset " + record.offset() + " cannot be read: " + e.getMessage(), e);
        }
    }
}
