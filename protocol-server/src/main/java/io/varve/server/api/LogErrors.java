// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.log.append.AppendException;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.StorageException;
import io.varve.server.logging.LogThrottle;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.LoggerFactory;

/** The one place where the engine's failures become Kafka's error codes. Stateless, thread-safe. */
public final class LogErrors {
    /** What a client makes fail once it can make fail at will. */
    private static final LogThrottle FAILURES =
            new LogThrottle(LoggerFactory.getLogger(LogErrors.class), Clock.system());

    private LogErrors() {}

    /**
     * @param failure what an append threw, or why its records will not become durable
     * @return the code a producer acts rightly on
     */
    public static Errors ofAppend(RuntimeException failure) {
        if (failure instanceof AppendException refused) {
            return switch (refused.kind()) {
                case MESSAGE_TOO_LARGE -> Errors.MESSAGE_TOO_LARGE;
                case RECORD_LIST_TOO_LARGE -> Errors.RECORD_LIST_TOO_LARGE;
                case INVALID_RECORD -> Errors.INVALID_RECORD;
                case OUT_OF_ORDER_SEQUENCE_NUMBER -> Errors.OUT_OF_ORDER_SEQUENCE_NUMBER;
                case INVALID_PRODUCER_EPOCH -> Errors.INVALID_PRODUCER_EPOCH;
                case INVALID_TIMESTAMP -> Errors.INVALID_TIMESTAMP;
                case INVALID_TXN_STATE -> Errors.INVALID_TXN_STATE;
                case TRANSACTION_COORDINATOR_FENCED -> Errors.TRANSACTION_COORDINATOR_FENCED;
            };
        }
        if (failure instanceof InvalidBatchException invalid) {
            return switch (invalid.kind()) {
                case CORRUPT -> Errors.CORRUPT_MESSAGE;
                case NOT_DECOMPRESSIBLE -> Errors.UNKNOWN_SERVER_ERROR;
                case UNSUPPORTED_MAGIC -> Errors.UNSUPPORTED_FOR_MESSAGE_FORMAT;
                case UNKNOWN_CODEC -> Errors.UNSUPPORTED_COMPRESSION_TYPE;
                case INVALID_RECORD -> Errors.INVALID_RECORD;
                case TOO_LARGE -> Errors.MESSAGE_TOO_LARGE;
            };
        }
        // The stored bytes are at fault, not the producer's: it may try again, perhaps elsewhere.
        return isCorrupt(failure) ? Errors.KAFKA_STORAGE_ERROR : ofAny(failure);
    }

    /**
     * Names the records that a refused batch is refused for: a producer fails those by themselves (KIP-467).
     *
     * @param failure what an append threw
     * @param answer the partition's answer
     */
    public static void nameRecords(RuntimeException failure, PartitionProduceResponse answer) {
        if (failure instanceof AppendException refused) {
            refused.records()
                    .forEach(fault -> answer.recordErrors()
                            .add(new BatchIndexAndErrorMessage()
                                    .setBatchIndex(fault.index())
                                    .setBatchIndexErrorMessage(fault.message())));
        }
    }

    /**
     * @param failure what a read or a look-up threw
     * @return the code a consumer acts rightly on
     */
    public static Errors ofRead(RuntimeException failure) {
        if (failure instanceof OffsetOutOfRangeException) {
            return Errors.OFFSET_OUT_OF_RANGE;
        }
        // Not KAFKA_STORAGE_ERROR: consumers would retry for ever without a word where nothing will mend the bytes.
        return isCorrupt(failure) ? Errors.CORRUPT_MESSAGE : ofAny(failure);
    }

    /**
     * @param wanted the leader epoch the client knows, or -1 when it does not say
     * @param current the leader epoch in force
     * @return NONE, or what Kafka answers to a client that is behind or ahead
     */
    public static Errors ofLeaderEpoch(int wanted, int current) {
        if (wanted < 0 || wanted == current) {
            return Errors.NONE;
        }
        return wanted < current ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
    }

    /** Records may be senseless in a batch whose CRC is right: not every log was written with its records looked at. */
    private static boolean isCorrupt(RuntimeException failure) {
        return failure instanceof InvalidBatchException
                || failure instanceof StorageException storage && storage.kind() == StorageException.Kind.CORRUPT;
    }

    private static Errors ofAny(RuntimeException failure) {
        if (failure instanceof StorageException storage) {
            switch (storage.kind()) {
                case RETRY, FULL, CORRUPT:
                    return Errors.KAFKA_STORAGE_ERROR;
                case FENCED, CLOSED:
                    // Both make clients ask for metadata anew: it names the new leader, or tells that the topic is
                    // gone.
                    return Errors.NOT_LEADER_OR_FOLLOWER;
                case MISUSE:
                    break;
            }
        }
        if (failure instanceof ApiException api) {
            return Errors.forException(api);
        }
        FAILURES.warn(failure, "A partition failed in a way it should not");
        return Errors.UNKNOWN_SERVER_ERROR;
    }
}
