// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import io.varve.core.runtime.Clock;
import io.varve.server.error.KafkaErrors;
import io.varve.server.logging.LogThrottle;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns a failure to write the coordinator's events into the error that Kafka answers with. Thread-safe. */
final class CoordinatorErrors {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorErrors.class);

    /** A client can make its transaction's state too large at will. */
    private final LogThrottle unwritten;

    /** @param clock paces the log */
    CoordinatorErrors(Clock clock) {
        unwritten = new LogThrottle(LOG, clock);
    }

    Errors of(Throwable failure) {
        Throwable cause = KafkaErrors.unwrap(failure);
        Errors error = Errors.forException(cause);
        return switch (error) {
            case REQUEST_TIMED_OUT, UNKNOWN_TOPIC_OR_PARTITION, NOT_ENOUGH_REPLICAS -> Errors.COORDINATOR_NOT_AVAILABLE;
            case KAFKA_STORAGE_ERROR, NOT_LEADER_OR_FOLLOWER -> Errors.NOT_COORDINATOR;
            case UNKNOWN_SERVER_ERROR, MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE -> {
                unwritten.warn(cause, "A transaction's state cannot be written");
                yield Errors.UNKNOWN_SERVER_ERROR;
            }
            default -> error;
        };
    }
}
