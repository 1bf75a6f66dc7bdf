// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.api.topic.MetadataHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Guards Metadata. A topic that may not be described is left out of an answer about all topics, and an error
 * where it is named, whether it exists or not. A topic that does not exist is created only for those who may
 * create it. Stateless.
 */
final class MetadataGuard {
    /** The first version in which a request without topics names none; before, it names all. */
    private static final short FIRST_WITH_NO_TOPICS = 1;

    private MetadataGuard() {}

    static CompletionStage<? extends ApiMessage> pass(Asked asked, ApiHandler handler) {
        MetadataRequest body = (MetadataRequest) asked.request().body();
        if (body.isAllTopics()) {
            return asked.serve(handler).thenApply(answer -> {
                MetadataResponseData response = (MetadataResponseData) answer;
                response.topics()
                        .removeIf(topic -> !asked.shows(AclOperation.DESCRIBE, ResourceType.TOPIC, topic.name()));
                return withOperations(asked, response);
            });
        }
        boolean creates = body.allowAutoTopicCreation()
                && asked.metadata().config().topics().autoCreate();
        return Denied.take(body.data().topics(), topic -> isAllowed(asked, topic, creates))
                .serve(namingTopics(asked.request(), body), handler, MetadataResponseData.class, MetadataGuard::refuse)
                .thenApply(answer -> withOperations(asked, (MetadataResponseData) answer));
    }

    /** @return a request that names no topics if all were taken from it, whatever its version says */
    private static Request namingTopics(Request request, MetadataRequest body) {
        return body.isAllTopics()
                ? new Request(
                        request.header(),
                        new MetadataRequest(body.data(), FIRST_WITH_NO_TOPICS),
                        request.connection(),
                        request.background())
                : request;
    }

    private static boolean isAllowed(Asked asked, MetadataRequestTopic topic, boolean creates) {
        String name = asked.topicName(topic.name(), topic.topicId());
        if (name == null) {
            return true;
        }
        if (!asked.allowsTopic(AclOperation.DESCRIBE, name)) {
            return false;
        }
        return !creates
                || asked.metadata().byName(name) != null
                || asked.showsCluster(AclOperation.CREATE)
                || asked.allowsTopic(AclOperation.CREATE, name);
    }

    /** Names the topic as the client does: who may not see it must not learn its name or its id. */
    private static void refuse(MetadataResponseData response, MetadataRequestTopic topic) {
        boolean byId = !Uuid.ZERO_UUID.equals(topic.topicId());
        response.topics()
                .add(MetadataHandler.missing(byId ? null : topic.name(), Errors.TOPIC_AUTHORIZATION_FAILED)
                        .setTopicId(topic.topicId()));
    }

    private static MetadataResponseData withOperations(Asked asked, MetadataResponseData response) {
        if (response.clusterAuthorizedOperations() > 0) {
            response.setClusterAuthorizedOperations(onCluster(asked, response.clusterAuthorizedOperations()));
        }
        for (MetadataResponseTopic topic : response.topics()) {
            topic.setTopicAuthorizedOperations(
                    asked.operations(ResourceType.TOPIC, topic.name(), topic.topicAuthorizedOperations()));
        }
        return response;
    }

    /** @return nothing for those who may not describe the cluster */
    static int onCluster(Asked asked, int possible) {
        return asked.showsCluster(AclOperation.DESCRIBE)
                ? asked.operations(ResourceType.CLUSTER, Resource.CLUSTER_NAME, possible)
                : 0;
    }
}
