// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.log;

import io.varve.core.event.Command;
import io.varve.core.event.EventLog;
import io.varve.server.error.KafkaErrors;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Gives the metadata's state, and submits changes of it. Failures are Kafka's exceptions: callers turn them
 * into error codes, and know no others. Thread-safe.
 *
 * @param events the log of the metadata's events
 */
public record MetadataWriter(EventLog<MetadataState, ApiMessageAndVersion> events) {
    /** @return the state after the last durable event that is in force */
    public MetadataState state() {
        return events.state();
    }

    /**
     * @param command decides the events
     * @return completes with the command's answer when its events are durable and in force; fails with a
     *     Kafka {@link org.apache.kafka.common.errors.ApiException}
     */
    public <R> CompletableFuture<R> submit(Command<MetadataState, ApiMessageAndVersion, R> command) {
        CompletableFuture<R> answer = new CompletableFuture<>();
        events.submit(command).whenComplete((result, failure) -> {
            if (failure == null) {
                answer.complete(result);
            } else {
                answer.completeExceptionally(KafkaErrors.ofMetadataChange(failure));
            }
        });
        return answer;
    }
}
