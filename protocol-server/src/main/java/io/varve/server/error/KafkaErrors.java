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
 * Turns failures of the engine and the storage into Kafka's error codes and exceptions, here and nowhere
 * else. Who failed decides which code a client acts rightly on: an append, a read, a whole request, a
 * coordinator's event, a change of the metadata. What a version of an API cannot say yet is its handler's to
 * replace, what clients of the transaction coordinator expect instead is {@code txn.CoordinatorErrors}'.
 * Stateless, thread-safe.
 */
public final class KafkaErrors {
    /** What a client makes fail once it can make fail at will. */
    private static final LogThrottle FAILURES =
            new LogThrottle(LoggerFactory.getLogger(KafkaErrors.class), Clock.system());

    private KafkaErrors() {}

    /**
     * @param failure anything thrown, or what a stage completed with
     * @return the failure without the exceptions that futures wrap around it
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
        return isCorrupt(failure) ? Errors.KAFKA_STORAGE_ERROR : ofPartition(failure);
    }

    /**
     * @param failure what a read or a look-up threw
     * @return the code a consumer acts rightly on
     */
    public static Errors ofRead(RuntimeException failure) {
        if (failure instanceof OffsetOutOfRangeException) {
            return Errors.OFFSET_OUT_OF_RANGE;
        }
        // Not KAFKA_STORAGE_ERROR: consumers would retry for ever without a word where nothing will mend the
        // bytes.
        return isCorrupt(failure) ? Errors.CORRUPT_MESSAGE : ofPartition(failure);
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

    /**
     * @param failure why a request failed as a whole, unwrapped
     * @return the exception its client gets; an {@link UnknownServerException} when nobody foresaw the
     *     failure
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
     * @param failure why a request failed as a whole, unwrapped
     * @return true if that is no normal answer, and an administrator should read its stack trace
     */
    public static boolean isUnexpected(Throwable failure) {
        return code(failure) == Errors.UNKNOWN_SERVER_ERROR
                || failure instanceof StorageException storage && storage.kind() == StorageException.Kind.CORRUPT;
    }

    /**
     * Names failures as Kafka's log names them to Kafka's coordinators, which tell their clients by the type.
     *
     * @param failure what the append of a coordinator's event threw
     * @return what the coordinator is to get
     */
    public static RuntimeException ofCoordinatorAppend(RuntimeException failure) {
        if (failure instanceof StorageException storage) {
            return switch (storage.kind()) {
                case FENCED, CLOSED -> new NotLeaderOrFollowerException(failure.getMessage(), failure);
                // Without a cause: the coordinator logs it whole for every request that meets a full disk.
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
     * @param failure why a change of the metadata failed
     * @return the same as an exception of Kafka's, which are all that clients know
     */
    public static Throwable ofMetadataChange(Throwable failure) {
        return failure instanceof StorageException ? new KafkaStorageException(failure.getMessage(), failure) : failure;
    }

    /**
     * Records may be senseless in a batch whose CRC is right: not every log was written with its records
     * looked at.
     */
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
