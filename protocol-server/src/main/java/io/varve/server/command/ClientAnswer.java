// SPDX-License-Identifier: Apache-2.0
package io.varve.server.command;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;

/** Waits for the answers that a Kafka client gives as futures. Thread-safe. */
public final class ClientAnswer {
    private ClientAnswer() {}

    /**
     * @param future an answer that may still be on its way
     * @return what it holds
     * @throws KafkaException if the answer is an error; the server's own error where there is one
     * @throws InterruptException if the thread is interrupted while it waits
     */
    public static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        }
    }
}
