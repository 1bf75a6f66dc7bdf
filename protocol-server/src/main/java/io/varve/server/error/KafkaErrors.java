// SPDX-License-Identifier: Apache-2.0
package io.varve.server.error;

import io.varve.core.log.append.AppendException;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.StorageException;
import io.varve.server.logging.LogThrottle;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.LoggerFactory;

/**
 * Maps failures of the engine and the storage to Kafka's error codes and exceptions. No other class does. The
 * code on which a client acts correctly depends on what failed: an append, a read, a whole request, a
 * coordinator's event, or a change of the metadata. A handler replaces codes that a version of its API does
 * not know; {@code txn.CoordinatorErrors} those that clients of the transaction coordinator do not expect.
 * Stateless, thread-safe.
 */
public final class KafkaErrors {
    /** Limits the log: a client that caused a failure once can cause it again at will. */
    private static final LogThrottle FAILURES =
            new LogThrottle(LoggerFactory.getLogger(KafkaErrors.class), Clock.system());

    /** In place of a leader epoch when a request names none. */
    private static final int NO_EPOCH = -1;

    private KafkaErrors() {}

    /**
     * Removes the exceptions that futures wrap around a failure.
     *
     * @param failure an exception that was thrown, or that a future completed with
     * @return the cause that is no {@link CompletionException} or {@link ExecutionException}; a wrapper
     *     without a cause is returned itself
     */
    public static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /**
     * @param failure the exception of an append, or the reason why its records will not become durable
     * @return the code for the producer
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
        // The stored bytes are damaged, not the producer's: the producer may retry.
        return isCorrupt(failure) ? Errors.KAFKA_STORAGE_ERROR : ofPartition(failure);
    }

    /**
     * @param failure the exception of a read or a look-up
     * @return the code for the consumer
     */
    public static Errors ofRead(RuntimeException failure) {
        if (failure instanceof OffsetOutOfRangeException) {
            return Errors.OFFSET_OUT_OF_RANGE;
        }
        // Not KAFKA_STORAGE_ERROR: consumers would retry without end and without a message, while the bytes
        // stay damaged.
        return isCorrupt(failure) ? Errors.CORRUPT_MESSAGE : ofPartition(failure);
    }

    /**
     * Compares the leader epoch of a client with that of the log.
     *
     * @param wanted the leader epoch that the client knows, or -1 when the request names none
     * @param current the leader epoch of the log
     * @return NONE, or the code for a client whose epoch is older or newer
     */
    public static Errors ofLeaderEpoch(int wanted, int current) {
        if (wanted == NO_EPOCH || wanted == current) {
            return Errors.NONE;
        }
        return wanted < current ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
    }

    /**
     * @param failure the reason why a whole request failed, unwrapped
     * @return the exception for the client; {@link UnknownServerException} when no code fits
     */
    public static ApiException ofRequest(Throwable failure) {
        if (failure instanceof ApiException known) {
            return known;
        }
        Errors error = code(failure);
        return error == Errors.UNKNOWN_SERVER_ERROR
                ? new UnknownServerException("The server failed unexpectedly; its log says how.", failure)
                : error.exception(failure.getMessage());
    }

    /**
     * @param failure the reason why a whole request failed, unwrapped
     * @return true if an administrator should see the failure with its stack trace
     */
    public static boolean isUnexpected(Throwable failure) {
        return code(failure) == Errors.UNKNOWN_SERVER_ERROR
                || failure instanceof StorageException storage && storage.kind() == StorageException.Kind.CORRUPT;
    }

    /**
     * Translates a failure into the exception that Kafka's own log throws at Kafka's coordinators: they
     * choose the code for their clients by its type.
     *
     * @param failure the exception of the append of a coordinator's event
     * @return the exception for the coordinator
     */
    public static RuntimeException ofCoordinatorAppend(RuntimeException failure) {
        if (failure instanceof StorageException storage) {
            return switch (storage.kind()) {
                case FENCED, CLOSED -> new NotLeaderOrFollowerException(failure.getMessage(), failure);
                // Without a cause: the coordinator logs the whole exception for each request on a full disk.
                case RETRY, FULL -> new KafkaStorageException(failure.getMessage());
                case CORRUPT, MISUSE -> new KafkaStorageException(failure.getMessage(), failure);
            };
        }
        if (failure instanceof AppendException refused) {
            return switch (refused.kind()) {
                case MESSAGE_TOO_LARGE -> new RecordTooLargeException(refused.getMessage(), refused);
                case INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE, TRANSACTION_COORDINATOR_FENCED ->
                    ofAppend(refused).exception(refused.getMessage());
                case RECORD_LIST_TOO_LARGE, INVALID_RECORD, OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_TIMESTAMP -> refused;
            };
        }
        return failure;
    }

    /**
     * @param failure the reason why a change of the metadata failed
     * @return {@link KafkaStorageException} for a failure of the storage; any other failure itself
     */
    public static Throwable ofMetadataChange(Throwable failure) {
        return failure instanceof StorageException ? new KafkaStorageException(failure.getMessage(), failure) : failure;
    }

    /** A batch with a correct CRC may hold malformed records: not every writer of a log validates them. */
    private static boolean isCorrupt(RuntimeException failure) {
        return failure instanceof InvalidBatchException
                || failure instanceof StorageException storage && storage.kind() == StorageException.Kind.CORRUPT;
    }

    private static Errors ofPartition(RuntimeException failure) {
        Errors error = failure instanceof StorageException || failure instanceof ApiException
                ? code(failure)
                : Errors.UNKNOWN_SERVER_ERROR;
        if (error == Errors.UNKNOWN_SERVER_ERROR && !(failure instanceof ApiException)) {
            FAILURES.warn(failure, "A partition failed in a way it should not");
        }
        return error;
    }

    private static Errors code(Throwable failure) {
        return failure instanceof StorageException storage ? code(storage.kind()) : Errors.forException(failure);
    }

    /**
     * A full, failing or damaged disk is a storage error, which clients retry. A partition that was fenced or
     * closed has another leader or is gone: the client asks for metadata anew, and finds out which.
     */
    private static Errors code(StorageException.Kind kind) {
        return switch (kind) {
            case RETRY, FULL, CORRUPT -> Errors.KAFKA_STORAGE_ERROR;
            case FENCED, CLOSED -> Errors.NOT_LEADER_OR_FOLLOWER;
            case MISUSE -> Errors.UNKNOWN_SERVER_ERROR;
        };
    }
}
