// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.append;

import io.varve.core.log.append.AppendException.Kind;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.record.RecordFault;
import io.varve.core.record.RecordRules;
import io.varve.core.record.RecordWalk;
import io.varve.core.spi.PartitionId;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Checks producers' batches against a partition's rules, as Kafka's LogValidator and UnifiedLog do, and with
 * the same errors. Changes nothing. Not thread-safe.
 */
final class BatchCheck {
    private static final int MAX_SHOWN = 3;

    private final PartitionConfig config;
    private final RecordRules rules;
    private final DecompressionMeter meter;

    /** @param meter counts decompressed bytes; its exception ends the check */
    BatchCheck(PartitionId id, PartitionConfig config, long now, DecompressionMeter meter) {
        this.config = config;
        this.meter = meter;
        rules = new RecordRules(
                id.topic(),
                id.partition(),
                config.compacted(),
                !config.logAppendTime(),
                now,
                config.timestampBeforeMaxMs(),
                config.timestampAfterMaxMs(),
                config.batches().maxRecordBytes());
    }

    /**
     * Checks a batch.
     *
     * @return its largest timestamp in ms since the epoch, or -1
     * @throws AppendException MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_TIMESTAMP, INVALID_RECORD
     * @throws io.varve.core.record.InvalidBatchException if it is not sound
     */
    long maxTimestamp(ByteBuffer bytes, int at, int end) {
        requireFits(BatchValidator.validateFromClient(bytes, at, end), config);
        if (!config.batches().everyRecord() && !config.compacted()) {
            return byHeader(bytes, at);
        }
        RecordWalk walk = RecordWalk.over(bytes, at, rules, meter);
        refuse(walk.faults());
        return walk.maxTimestamp();
    }

    /**
     * Checks a batch whose origin vouches for what is behind the header.
     *
     * @return the largest timestamp by its header, in ms since the epoch, or -1
     * @throws AppendException MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_TIMESTAMP
     * @throws io.varve.core.record.InvalidBatchException if the header is not sound
     */
    long headersTimestamp(ByteBuffer bytes, int at, int end) {
        requireFits(BatchValidator.validateHeaderFromProducer(bytes, at, end), config);
        return byHeader(bytes, at);
    }

    /** @param size bytes of a batch in its stored form */
    static void requireFits(int size, PartitionConfig config) {
        if (size > config.maxMessageBytes()) {
            throw new AppendException(
                    Kind.MESSAGE_TOO_LARGE,
                    "batch of " + size + " bytes exceeds max.message.bytes " + config.maxMessageBytes());
        }
        if (size > config.segments().segmentBytes()) {
            throw new AppendException(
                    Kind.RECORD_LIST_TOO_LARGE,
                    "batch of " + size + " bytes exceeds segment.bytes "
                            + config.segments().segmentBytes());
        }
    }

    private long byHeader(ByteBuffer bytes, int at) {
        if (!config.logAppendTime()) {
            requireInRange(BatchHeader.maxTimestamp(bytes, at));
            requireInRange(BatchHeader.baseTimestamp(bytes, at));
        }
        return BatchHeader.maxTimestamp(bytes, at);
    }

    private void requireInRange(long timestamp) {
        RecordFault fault = rules.judge(0, timestamp, true, false);
        if (fault != null) {
            throw new AppendException(Kind.INVALID_TIMESTAMP, fault.message());
        }
    }

    private static void refuse(List<RecordFault> faults) {
        if (faults.isEmpty()) {
            return;
        }
        if (faults.stream().anyMatch(RecordFault::timestamp)) {
            throw new AppendException(
                    Kind.INVALID_TIMESTAMP, "One or more records have been rejected due to invalid timestamp", faults);
        }
        throw new AppendException(
                Kind.INVALID_RECORD,
                "One or more records have been rejected due to " + faults.size()
                        + " record errors in total, and only showing the first three errors at most: "
                        + faults.subList(0, Math.min(faults.size(), MAX_SHOWN)).stream()
                                .map(RecordFault::message)
                                .toList(),
                faults);
    }
}
