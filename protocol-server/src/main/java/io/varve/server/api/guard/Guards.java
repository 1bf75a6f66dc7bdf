// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import static org.apache.kafka.common.acl.AclOperation.ALTER;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.protocol.ApiKeys.*;

import io.varve.server.api.ApiHandler;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.security.access.Access;
import io.varve.server.security.access.Caller;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Lists what each API needs, as Kafka's broker and controller ask for it. An API that is not listed is served
 * to nobody while there is an authorizer.
 *
 * @param access decides
 * @param metadata finds topics
 */
public record Guards(Access access, ClusterMetadata metadata) {
    /** The API needs nothing, or its handler itself asks {@link Access}, for what only it knows. */
    private static final Guard NONE = Asked::serve;

    private static final Map<ApiKeys, Guard> GUARDS = new EnumMap<>(ApiKeys.class);

    static {
        GUARDS.put(PRODUCE, RecordGuards::produce);
        GUARDS.put(FETCH, NONE); // FetchHandler: a session knows its topics
        GUARDS.put(LIST_OFFSETS, RecordGuards::listOffsets);
        GUARDS.put(METADATA, MetadataGuard::pass);
        GUARDS.put(OFFSET_COMMIT, OffsetGuards::commit);
        GUARDS.put(OFFSET_FETCH, OffsetFetchGuard::pass);
        GUARDS.put(FIND_COORDINATOR, FindCoordinatorGuard::pass);
        GUARDS.put(JOIN_GROUP, GroupGuards::join);
        GUARDS.put(HEARTBEAT, GroupGuards::heartbeat);
        GUARDS.put(LEAVE_GROUP, GroupGuards::leave);
        GUARDS.put(SYNC_GROUP, GroupGuards::sync);
        GUARDS.put(DESCRIBE_GROUPS, DescribedGroupGuards::classic);
        GUARDS.put(LIST_GROUPS, GroupGuards::list);
        GUARDS.put(SASL_HANDSHAKE, NONE);
        GUARDS.put(API_VERSIONS, NONE);
        GUARDS.put(CREATE_TOPICS, TopicGuards::createTopics);
        GUARDS.put(DELETE_TOPICS, DeleteTopicsGuard::pass);
        GUARDS.put(DELETE_RECORDS, RecordGuards::deleteRecords);
        GUARDS.put(INIT_PRODUCER_ID, TransactionGuards::initProducerId);
        GUARDS.put(OFFSET_FOR_LEADER_EPOCH, RecordGuards::leaderEpochs);
        GUARDS.put(ADD_PARTITIONS_TO_TXN, TransactionGuards::addPartitions);
        GUARDS.put(ADD_OFFSETS_TO_TXN, TransactionGuards::addOffsets);
        GUARDS.put(END_TXN, TransactionGuards::end);
        GUARDS.put(WRITE_TXN_MARKERS, TransactionGuards::writeMarkers);
        GUARDS.put(TXN_OFFSET_COMMIT, OffsetGuards::commitInTransaction);
        GUARDS.put(DESCRIBE_ACLS, onCluster(DESCRIBE));
        GUARDS.put(CREATE_ACLS, onCluster(ALTER));
        GUARDS.put(DELETE_ACLS, onCluster(ALTER));
        GUARDS.put(DESCRIBE_CONFIGS, ConfigGuards::describe);
        GUARDS.put(ALTER_CONFIGS, ConfigGuards::alter);
        GUARDS.put(ALTER_REPLICA_LOG_DIRS, onCluster(ALTER));
        GUARDS.put(DESCRIBE_LOG_DIRS, onCluster(DESCRIBE));
        GUARDS.put(SASL_AUTHENTICATE, NONE);
        GUARDS.put(CREATE_PARTITIONS, TopicGuards::createPartitions);
        GUARDS.put(CREATE_DELEGATION_TOKEN, NONE); // refused to all
        GUARDS.put(RENEW_DELEGATION_TOKEN, NONE);
        GUARDS.put(EXPIRE_DELEGATION_TOKEN, NONE);
        GUARDS.put(DESCRIBE_DELEGATION_TOKEN, NONE);
        GUARDS.put(DELETE_GROUPS, GroupGuards::delete);
        GUARDS.put(ELECT_LEADERS, onCluster(ALTER));
        GUARDS.put(INCREMENTAL_ALTER_CONFIGS, ConfigGuards::alterIncrementally);
        GUARDS.put(ALTER_PARTITION_REASSIGNMENTS, onCluster(ALTER));
        GUARDS.put(LIST_PARTITION_REASSIGNMENTS, onCluster(DESCRIBE));
        GUARDS.put(OFFSET_DELETE, OffsetGuards::delete);
        GUARDS.put(DESCRIBE_CLIENT_QUOTAS, onCluster(AclOperation.DESCRIBE_CONFIGS));
        GUARDS.put(ALTER_CLIENT_QUOTAS, onCluster(AclOperation.ALTER_CONFIGS));
        GUARDS.put(DESCRIBE_USER_SCRAM_CREDENTIALS, onCluster(DESCRIBE));
        GUARDS.put(ALTER_USER_SCRAM_CREDENTIALS, onCluster(ALTER));
        GUARDS.put(DESCRIBE_QUORUM, onCluster(DESCRIBE));
        GUARDS.put(UPDATE_FEATURES, onCluster(ALTER));
        GUARDS.put(
                DESCRIBE_CLUSTER,
                (asked, handler) -> asked.serve(handler).thenApply(answer -> {
                    DescribeClusterResponseData response = (DescribeClusterResponseData) answer;
                    int possible = response.clusterAuthorizedOperations();
                    return possible > 0
                            ? response.setClusterAuthorizedOperations(MetadataGuard.onCluster(asked, possible))
                            : response;
                }));
        GUARDS.put(DESCRIBE_PRODUCERS, TransactionGuards::describeProducers);
        GUARDS.put(UNREGISTER_BROKER, onCluster(ALTER));
        GUARDS.put(DESCRIBE_TRANSACTIONS, TransactionGuards::describe);
        GUARDS.put(LIST_TRANSACTIONS, TransactionGuards::list);
        GUARDS.put(CONSUMER_GROUP_HEARTBEAT, GroupGuards::consumerHeartbeat);
        GUARDS.put(CONSUMER_GROUP_DESCRIBE, DescribedGroupGuards::consumer);
        GUARDS.put(GET_TELEMETRY_SUBSCRIPTIONS, NONE);
        GUARDS.put(PUSH_TELEMETRY, NONE);
        GUARDS.put(LIST_CONFIG_RESOURCES, onCluster(AclOperation.DESCRIBE_CONFIGS));
        GUARDS.put(DESCRIBE_TOPIC_PARTITIONS, NONE); // DescribeTopicPartitionsHandler: pages are of what is shown
        GUARDS.put(SHARE_GROUP_HEARTBEAT, GroupGuards::shareHeartbeat);
        GUARDS.put(SHARE_GROUP_DESCRIBE, DescribedGroupGuards::share);
        GUARDS.put(SHARE_FETCH, ShareGuards::fetch);
        GUARDS.put(SHARE_ACKNOWLEDGE, ShareGuards::acknowledge);
        GUARDS.put(ADD_RAFT_VOTER, onCluster(ALTER));
        GUARDS.put(REMOVE_RAFT_VOTER, onCluster(ALTER));
        GUARDS.put(STREAMS_GROUP_HEARTBEAT, GroupGuards::streamsHeartbeat);
        GUARDS.put(STREAMS_GROUP_DESCRIBE, DescribedGroupGuards::streams);
        GUARDS.put(DESCRIBE_SHARE_GROUP_OFFSETS, ShareGuards::describeOffsets);
        GUARDS.put(ALTER_SHARE_GROUP_OFFSETS, ShareGuards::alterOffsets);
        GUARDS.put(DELETE_SHARE_GROUP_OFFSETS, ShareGuards::deleteOffsets);
    }

    private static Guard onCluster(AclOperation operation) {
        return (asked, handler) -> {
            asked.requireCluster(operation);
            return asked.serve(handler);
        };
    }

    /**
     * @param api an API
     * @param handler serves it
     * @return serves what the sender of a request may do; the handler itself if there is no authorizer
     * @throws IllegalStateException if it is not known what the API needs
     */
    public ApiHandler guarded(ApiKeys api, ApiHandler handler) {
        if (access.isOpen()) {
            return handler;
        }
        Guard guard = GUARDS.get(api);
        if (guard == null) {
            throw new IllegalStateException("it is not known what " + api + " needs: add it to Guards");
        }
        return request -> guard.pass(new Asked(request, new Caller(request), access, metadata), handler);
    }
}
