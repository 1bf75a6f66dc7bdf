// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.topic.DeleteTopicsHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/**
 * Guards DeleteTopics. Who names a topic by its id learns the name only if the topic may be described; who
 * names one that may not be described does not learn whether it exists. Stateless.
 */
final class DeleteTopicsGuard {
    private static final short FIRST_WITH_IDS = 6;

    private DeleteTopicsGuard() {}

    static CompletionStage<? extends ApiMessage> pass(Asked asked, ApiHandler handler) {
        if (asked.showsCluster(AclOperation.DELETE)) {
            return asked.serve(handler);
        }
        DeleteTopicsRequestData data = asked.data(DeleteTopicsRequestData.class);
        if (asked.request().version() < FIRST_WITH_IDS) {
            return Denied.take(data.topicNames(), name -> mayDelete(asked, name))
                    .serve(
                            asked.request(),
                            handler,
                            DeleteTopicsResponseData.class,
                            (response, name) -> refuse(response, name, Uuid.ZERO_UUID));
        }
        return Denied.take(data.topics(), topic -> isMistaken(topic) || mayDelete(asked, topic))
                .serve(
                        asked.request(),
                        handler,
                        DeleteTopicsResponseData.class,
                        (response, topic) -> refuse(response, shownName(asked, topic), topic.topicId()));
    }

    /** Both or neither of name and id: the handler refuses it. */
    private static boolean isMistaken(DeleteTopicState topic) {
        return (topic.name() == null) == Uuid.ZERO_UUID.equals(topic.topicId());
    }

    private static boolean mayDelete(Asked asked, DeleteTopicState topic) {
        String name = asked.topicName(topic.name(), topic.topicId());
        return name == null || mayDelete(asked, name);
    }

    /** A topic that does not exist is unknown to those who may describe it. */
    private static boolean mayDelete(Asked asked, String name) {
        return asked.allowsTopic(AclOperation.DESCRIBE, name)
                && (asked.metadata().byName(name) == null || asked.allowsTopic(AclOperation.DELETE, name));
    }

    private static String shownName(Asked asked, DeleteTopicState topic) {
        if (topic.name() != null) {
            return topic.name();
        }
        String name = asked.topicName(null, topic.topicId());
        return name != null && asked.allowsTopic(AclOperation.DESCRIBE, name) ? name : null;
    }

    private static void refuse(DeleteTopicsResponseData response, String name, Uuid id) {
        response.responses().add(DeleteTopicsHandler.result(name, id, new ApiError(Errors.TOPIC_AUTHORIZATION_FAILED)));
    }
}
