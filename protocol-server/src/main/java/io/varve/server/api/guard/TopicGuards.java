// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

/** Guards the APIs that create and grow topics. Stateless. */
final class TopicGuards {
    private static final short DENIED = Errors.TOPIC_AUTHORIZATION_FAILED.code();
    private static final int UNKNOWN = -1;

    private TopicGuards() {}

    /**
     * Who may create topics on the cluster may create any. A topic that is named twice is the handler's to
     * refuse.
     */
    static CompletionStage<? extends ApiMessage> createTopics(Asked asked, ApiHandler handler) {
        CreateTopicsRequestData data = asked.data(CreateTopicsRequestData.class);
        boolean any = asked.showsCluster(AclOperation.CREATE);
        Predicate<CreatableTopic> isRepeated =
                repeated(data.topics().stream().map(CreatableTopic::name).toList());
        return Denied.take(
                        data.topics(),
                        topic -> any || isRepeated.test(topic) || asked.allowsTopic(AclOperation.CREATE, topic.name()))
                .serve(
                        asked.request(),
                        handler,
                        CreateTopicsResponseData.class,
                        (response, topic) -> response.topics()
                                .add(new CreatableTopicResult()
                                        .setName(topic.name())
                                        .setErrorCode(DENIED)
                                        .setErrorMessage("Authorization failed.")
                                        .setConfigs(List.of())))
                .thenApply(answer -> withoutHiddenConfigs(asked, (CreateTopicsResponseData) answer));
    }

    private static Predicate<CreatableTopic> repeated(List<String> names) {
        Set<String> seen = new HashSet<>();
        Set<String> repeated = new HashSet<>();
        names.stream().filter(name -> !seen.add(name)).forEach(repeated::add);
        return topic -> repeated.contains(topic.name());
    }

    private static CreateTopicsResponseData withoutHiddenConfigs(Asked asked, CreateTopicsResponseData answer) {
        answer.topics().stream()
                .filter(topic -> topic.errorCode() == Errors.NONE.code()
                        && !asked.shows(AclOperation.DESCRIBE_CONFIGS, ResourceType.TOPIC, topic.name()))
                .forEach(topic -> topic.setTopicConfigErrorCode(DENIED)
                        .setNumPartitions(UNKNOWN)
                        .setReplicationFactor((short) UNKNOWN)
                        .setConfigs(List.of()));
        return answer;
    }

    static CompletionStage<? extends ApiMessage> createPartitions(Asked asked, ApiHandler handler) {
        return asked.denied(
                        asked.data(CreatePartitionsRequestData.class).topics(),
                        AclOperation.ALTER,
                        CreatePartitionsTopic::name)
                .serve(
                        asked.request(),
                        handler,
                        CreatePartitionsResponseData.class,
                        (response, topic) -> response.setResults(Lists.with(
                                response.results(),
                                new CreatePartitionsTopicResult()
                                        .setName(topic.name())
                                        .setErrorCode(DENIED))));
    }
}
