// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Answers what DescribeConfigs is asked in place of a topic's settings: its resource's name is no topic's, but a question about one. */
public interface TopicQuestions {
    /**
     * An answer, in the form of a setting that nobody can set.
     *
     * @param name the setting's name
     * @param value its value
     */
    record Answer(String name, String value) {}

    /** Nothing is a question. */
    TopicQuestions NONE = new TopicQuestions() {
        @Override
        public boolean isQuestion(String resource) {
            return false;
        }

        @Override
        public CompletionStage<Answer> answer(String resource) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(resource));
        }
    };

    /**
     * @param resource the name of a topic resource
     * @return true if it is to be answered here
     */
    boolean isQuestion(String resource);

    /**
     * @param resource a name that {@link #isQuestion}
     * @return completes, on any thread, with the answer, or fails with a Kafka {@link org.apache.kafka.common.errors.ApiException}
     */
    CompletionStage<Answer> answer(String resource);
}
