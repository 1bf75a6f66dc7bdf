// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.security.access.Access;
import io.varve.server.security.access.Caller;
import java.util.Collection;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A request, who sends it, and what decides on it.
 *
 * @param request the request
 * @param caller its sender
 * @param access decides
 * @param metadata finds topics, of which requests may give the ids only
 */
record Asked(Request request, Caller caller, Access access, ClusterMetadata metadata) {
    /** @return the body of the request */
    <T> T data(Class<T> type) {
        return type.cast(request.body().data());
    }

    /** @return true if the sender may; a denial is logged */
    boolean allows(AclOperation operation, ResourceType type, String name) {
        return access.allows(caller, operation, type, name);
    }

    /** @return true if the sender may do something with a topic; a denial is logged */
    boolean allowsTopic(AclOperation operation, String name) {
        return allows(operation, ResourceType.TOPIC, name);
    }

    /** @return true if the sender may; a denial is not logged, because there is another way */
    boolean shows(AclOperation operation, ResourceType type, String name) {
        return access.shows(caller, operation, type, name);
    }

    /** @return true if the sender may do something with the cluster; a denial is not logged */
    boolean showsCluster(AclOperation operation) {
        return shows(operation, ResourceType.CLUSTER, Resource.CLUSTER_NAME);
    }

    /** @throws org.apache.kafka.common.errors.ClusterAuthorizationException if the sender may not */
    void requireCluster(AclOperation operation) {
        access.requireOnCluster(caller, operation);
    }

    /** @throws GroupAuthorizationException if the sender may not */
    void requireGroup(AclOperation operation, String group) {
        if (!allows(operation, ResourceType.GROUP, group)) {
            throw GroupAuthorizationException.forGroupId(group);
        }
    }

    /** @throws org.apache.kafka.common.errors.TransactionalIdAuthorizationException if the sender may not */
    void requireTransaction(AclOperation operation, String transactionalId) {
        if (!allows(operation, ResourceType.TRANSACTIONAL_ID, transactionalId)) {
            throw Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.exception();
        }
    }

    /**
     * @param name the name in the request
     * @param id the id in the request; zero if it gives the name
     * @return the topic's name; null if there is no topic of that id
     */
    String topicName(String name, Uuid id) {
        if (Uuid.ZERO_UUID.equals(id)) {
            return name;
        }
        Topic topic = metadata.byId(id);
        return topic == null ? null : topic.name();
    }

    /**
     * Takes from a request the topics that the sender may not name. Those that are named by an id that is
     * unknown stay: their handler says so.
     *
     * @param topics a part of the request, which can be changed
     * @param name gives a topic's name, or null if it is not known
     */
    <T> Denied<T> denied(Collection<T> topics, AclOperation operation, Function<T, String> name) {
        return Denied.take(topics, topic -> {
            String known = name.apply(topic);
            return known == null || allowsTopic(operation, known);
        });
    }

    /** @return what the handler answers to the request as it is now */
    CompletionStage<? extends ApiMessage> serve(ApiHandler handler) {
        return handler.handle(request);
    }

    /** @return those of a resource's possible operations that the sender may perform, as bits of KIP-430 */
    int operations(ResourceType type, String name, int possible) {
        return possible <= 0 ? possible : access.operations(caller, type, name, possible);
    }
}
