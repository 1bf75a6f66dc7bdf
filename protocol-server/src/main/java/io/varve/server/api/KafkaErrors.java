// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.spi.StorageException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a failed request as a whole is called in Kafka's protocol. Failures of single partitions are their handlers' business.
 */
final class KafkaErrors {
    private KafkaErrors() {}

    /**
     * @param cause anything thrown, unwrapped
     * @return the Kafka exception clients get; a {@link UnknownServerException} when nobody foresaw it
     */
    static ApiException of(Throwable cause) {
        if (cause instanceof ApiException known) {
            return known;
        }
        Errors error = code(cause);
        return error == Errors.UNKNOWN_SERVER_ERROR
                ? new UnknownServerException("The server failed unexpectedly; its log says how.", cause)
                : error.exception(cause.getMessage());
    }

    private static Errors code(Throwable cause) {
        return cause instanceof StorageException storage ? code(storage.kind()) : Errors.forException(cause);
    }

    /** @return true if the failure is nobody's normal answer, and someone should read its stack trace */
    static boolean isUnexpected(Throwable cause) {
        return code(cause) == Errors.UNKNOWN_SERVER_ERROR
                || cause instanceof StorageException storage && storage.kind() == StorageException.Kind.CORRUPT;
    }

    /** @return the failure without the wrapping stages put around it */
    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /**
     * A full, failing or damaged disk is a storage error, which clients retry. A partition that was fenced or closed is someone
     * else's or gone: the client refreshes its metadata and finds out which.
     */
    private static Errors code(StorageException.Kind kind) {
        return switch (kind) {
            case RETRY, FULL, CORRUPT -> Errors.KAFKA_STORAGE_ERROR;
            case FENCED, CLOSED -> Errors.NOT_LEADER_OR_FOLLOWER;
            case MISUSE -> Errors.UNKNOWN_SERVER_ERROR;
        };
    }
}
