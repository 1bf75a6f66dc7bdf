// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.*;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Requests of every API, about things whose names begin with "open" and "shut", of which some exist. Each
 * leaves the broker as it is, whatever its sender may do.
 */
final class AclRequests {
    private static final Uuid MEMBER = new Uuid(1, 2);

    /**
     * A request.
     *
     * @param api its API
     * @param version its version
     * @param data its body
     */
    record Sent(ApiKeys api, short version, ApiMessage data) {
        @Override
        public String toString() {
            return api + " v" + version;
        }
    }

    private final List<Sent> all = new ArrayList<>();
    private final Uuid open;
    private final Uuid shut;

    private AclRequests(Uuid open, Uuid shut) {
        this.open = open;
        this.shut = shut;
    }

    /**
     * @param open id of the topic "open"
     * @param shut id of the topic "shut"
     */
    static List<Sent> of(Uuid open, Uuid shut) {
        AclRequests requests = new AclRequests(open, shut);
        requests.addRecords();
        requests.addTopics();
        requests.addGroups();
        requests.addNewGroups();
        requests.addOffsets();
        requests.addTransactions();
        requests.addCluster();
        requests.addConfigs();
        return requests.all;
    }

    private void add(ApiKeys api, int version, ApiMessage data) {
        all.add(new Sent(api, (short) version, data));
    }

    private void addRecords() {
        for (int version : List.of(9, 13)) {
            ProduceRequestData produce =
                    new ProduceRequestData().setAcks((short) 1).setTimeoutMs(1_000);
            for (String topic : List.of("open", "shut", "open-none", "shut-none")) {
                Uuid id = topic.equals("open") ? open : topic.equals("shut") ? shut : new Uuid(7, 7);
                if (version < 13 || !topic.equals("shut-none")) {
                    produce.topicData()
                            .add(new ProduceRequestData.TopicProduceData()
                                    .setName(version < 13 ? topic : "")
                                    .setTopicId(version < 13 ? Uuid.ZERO_UUID : id)
                                    .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                                            .setRecords(MemoryRecords.withRecords(
                                                    Compression.NONE, new SimpleRecord(new byte[] {1}))))));
                }
            }
            add(ApiKeys.PRODUCE, version, produce);
        }
        for (int version : List.of(12, 17)) {
            FetchRequestData fetch = new FetchRequestData().setMaxWaitMs(0).setMaxBytes(1_000);
            for (String topic : List.of("open", "shut", "open-none", "shut-none")) {
                Uuid id = topic.equals("open") ? open : topic.equals("shut") ? shut : new Uuid(7, topic.length());
                fetch.topics()
                        .add(new FetchRequestData.FetchTopic()
                                .setTopic(version < 13 ? topic : "")
                                .setTopicId(version < 13 ? Uuid.ZERO_UUID : id)
                                .setPartitions(List.of(new FetchRequestData.FetchPartition().setPartitionMaxBytes(9))));
            }
            add(ApiKeys.FETCH, version, fetch);
        }
        add(
                ApiKeys.LIST_OFFSETS,
                7,
                new ListOffsetsRequestData()
                        .setReplicaId(-1)
                        .setTopics(named(topic -> new ListOffsetsRequestData.ListOffsetsTopic()
                                .setName(topic)
                                .setPartitions(
                                        List.of(new ListOffsetsRequestData.ListOffsetsPartition().setTimestamp(-1))))));
        DeleteRecordsRequestData delete = new DeleteRecordsRequestData().setTimeoutMs(1_000);
        delete.setTopics(named(topic -> new DeleteRecordsRequestData.DeleteRecordsTopic()
                .setName(topic)
                .setPartitions(List.of(new DeleteRecordsRequestData.DeleteRecordsPartition().setOffset(0)))));
        add(ApiKeys.DELETE_RECORDS, 2, delete);
        OffsetForLeaderEpochRequestData epochs = new OffsetForLeaderEpochRequestData().setReplicaId(-1);
        named(topic -> new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
                        .setTopic(topic)
                        .setPartitions(List.of(new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition())))
                .forEach(epochs.topics()::add);
        add(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 4, epochs);
        add(
                ApiKeys.DESCRIBE_PRODUCERS,
                0,
                new DescribeProducersRequestData()
                        .setTopics(named(topic -> new DescribeProducersRequestData.TopicRequest()
                                .setName(topic)
                                .setPartitionIndexes(List.of(0)))));
    }

    private static <T> List<T> named(java.util.function.Function<String, T> each) {
        return new ArrayList<>(
                Stream.of("open", "shut", "open-none", "shut-none").map(each).toList());
    }

    private void addTopics() {
        for (int version : List.of(1, 8, 12)) {
            // The first versions create what does not exist.
            MetadataRequestData some = new MetadataRequestData()
                    .setTopics((version < 8 ? Stream.of("open", "shut") : named(topic -> topic).stream())
                            .map(topic -> new MetadataRequestData.MetadataRequestTopic().setName(topic))
                            .toList());
            add(
                    ApiKeys.METADATA,
                    version,
                    version < 8 ? some : withOperations(some.setAllowAutoTopicCreation(false), version));
            MetadataRequestData every = new MetadataRequestData().setTopics(null);
            add(ApiKeys.METADATA, version, version < 8 ? every : withOperations(every, version));
        }
        // Nothing is created: no topic can have such a name.
        add(
                ApiKeys.METADATA,
                12,
                new MetadataRequestData()
                        .setTopics(Stream.of("open/", "shut/")
                                .map(topic -> new MetadataRequestData.MetadataRequestTopic().setName(topic))
                                .toList()));
        add(
                ApiKeys.METADATA,
                12,
                new MetadataRequestData()
                        .setTopics(Stream.of(open, shut, new Uuid(7, 7))
                                .map(id -> new MetadataRequestData.MetadataRequestTopic()
                                        .setName(null)
                                        .setTopicId(id))
                                .toList()));
        CreateTopicsRequestData create =
                new CreateTopicsRequestData().setTimeoutMs(5_000).setValidateOnly(true);
        Stream.of("open", "open-new", "shut", "shut-new", "open/")
                .forEach(topic -> create.topics()
                        .add(new CreateTopicsRequestData.CreatableTopic()
                                .setName(topic)
                                .setNumPartitions(1)
                                .setReplicationFactor((short) 1)));
        add(ApiKeys.CREATE_TOPICS, 7, create);
        CreatePartitionsRequestData grow =
                new CreatePartitionsRequestData().setTimeoutMs(5_000).setValidateOnly(true);
        named(topic -> new CreatePartitionsRequestData.CreatePartitionsTopic()
                        .setName(topic)
                        .setCount(2)
                        .setAssignments(null))
                .forEach(grow.topics()::add);
        add(ApiKeys.CREATE_PARTITIONS, 3, grow);
        add(
                ApiKeys.DELETE_TOPICS,
                5,
                new DeleteTopicsRequestData()
                        .setTimeoutMs(5_000)
                        .setTopicNames(new ArrayList<>(List.of("open-none", "shut", "shut-none"))));
        add(
                ApiKeys.DELETE_TOPICS,
                6,
                new DeleteTopicsRequestData()
                        .setTimeoutMs(5_000)
                        .setTopics(List.of(
                                new DeleteTopicsRequestData.DeleteTopicState().setName("shut"),
                                new DeleteTopicsRequestData.DeleteTopicState().setName("open-none"),
                                new DeleteTopicsRequestData.DeleteTopicState()
                                        .setName(null)
                                        .setTopicId(shut),
                                new DeleteTopicsRequestData.DeleteTopicState()
                                        .setName(null)
                                        .setTopicId(new Uuid(7, 7)))));
        DescribeTopicPartitionsRequestData pages =
                new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(100);
        add(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, pages.duplicate());
        add(
                ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                0,
                pages.setTopics(named(topic -> new DescribeTopicPartitionsRequestData.TopicRequest().setName(topic))));
    }

    private static MetadataRequestData withOperations(MetadataRequestData data, int version) {
        return data.setIncludeTopicAuthorizedOperations(true).setIncludeClusterAuthorizedOperations(version <= 10);
    }

    private void addGroups() {
        for (String group : List.of("open-group", "shut-group")) {
            JoinGroupRequestData join = new JoinGroupRequestData()
                    .setGroupId(group)
                    .setSessionTimeoutMs(10_000)
                    .setRebalanceTimeoutMs(10_000)
                    .setProtocolType("consumer");
            join.protocols()
                    .add(new JoinGroupRequestData.JoinGroupRequestProtocol()
                            .setName("range")
                            .setMetadata(new byte[] {}));
            add(ApiKeys.JOIN_GROUP, 7, join);
            add(
                    ApiKeys.SYNC_GROUP,
                    5,
                    new SyncGroupRequestData()
                            .setGroupId(group)
                            .setMemberId("m")
                            .setProtocolType("consumer")
                            .setProtocolName("range"));
            add(
                    ApiKeys.HEARTBEAT,
                    4,
                    new HeartbeatRequestData().setGroupId(group).setMemberId("m"));
            add(
                    ApiKeys.LEAVE_GROUP,
                    5,
                    new LeaveGroupRequestData()
                            .setGroupId(group)
                            .setMembers(List.of(new LeaveGroupRequestData.MemberIdentity().setMemberId("m"))));
            for (int version : List.of(3, 6)) {
                FindCoordinatorRequestData find = new FindCoordinatorRequestData();
                add(
                        ApiKeys.FIND_COORDINATOR,
                        version,
                        version < 4 ? find.setKey(group) : find.setCoordinatorKeys(List.of(group)));
            }
        }
        add(
                ApiKeys.FIND_COORDINATOR,
                3,
                new FindCoordinatorRequestData().setKeyType((byte) 1).setKey("open-txn"));
        add(
                ApiKeys.FIND_COORDINATOR,
                4,
                new FindCoordinatorRequestData()
                        .setKeyType((byte) 1)
                        .setCoordinatorKeys(new ArrayList<>(List.of("open-txn", "shut-txn"))));
        List<String> groups = List.of("open-group", "shut-group", "open-none", "shut-none");
        add(
                ApiKeys.DESCRIBE_GROUPS,
                5,
                new DescribeGroupsRequestData().setGroups(groups).setIncludeAuthorizedOperations(true));
        add(
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                1,
                new ConsumerGroupDescribeRequestData().setGroupIds(groups).setIncludeAuthorizedOperations(true));
        add(
                ApiKeys.SHARE_GROUP_DESCRIBE,
                1,
                new ShareGroupDescribeRequestData().setGroupIds(groups).setIncludeAuthorizedOperations(true));
        add(
                ApiKeys.STREAMS_GROUP_DESCRIBE,
                0,
                new StreamsGroupDescribeRequestData().setGroupIds(groups).setIncludeAuthorizedOperations(true));
        add(ApiKeys.LIST_GROUPS, 5, new ListGroupsRequestData());
        add(ApiKeys.DELETE_GROUPS, 2, new DeleteGroupsRequestData().setGroupsNames(List.of("open-none", "shut-none")));
    }

    private void addNewGroups() {
        for (List<String> topics : List.of(List.of("open"), List.of("open", "shut"), List.<String>of())) {
            add(
                    ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                    1,
                    new ConsumerGroupHeartbeatRequestData()
                            .setGroupId("open-none")
                            .setMemberId(MEMBER.toString())
                            .setMemberEpoch(3)
                            .setSubscribedTopicNames(topics));
            add(
                    ApiKeys.SHARE_GROUP_HEARTBEAT,
                    1,
                    new ShareGroupHeartbeatRequestData()
                            .setGroupId("open-none")
                            .setMemberId(MEMBER.toString())
                            .setMemberEpoch(3)
                            .setSubscribedTopicNames(topics));
            add(
                    ApiKeys.STREAMS_GROUP_HEARTBEAT,
                    0,
                    new StreamsGroupHeartbeatRequestData()
                            .setGroupId("open-none")
                            .setMemberId(MEMBER.toString())
                            .setMemberEpoch(3)
                            .setTopology(
                                    topics.isEmpty()
                                            ? null
                                            : new StreamsGroupHeartbeatRequestData.Topology()
                                                    .setSubtopologies(
                                                            List.of(new StreamsGroupHeartbeatRequestData.Subtopology()
                                                                    .setSubtopologyId("0")
                                                                    .setSourceTopics(topics)))));
        }
        ShareAcknowledgeRequestData acknowledge = new ShareAcknowledgeRequestData()
                .setGroupId("open-none")
                .setMemberId(MEMBER.toString())
                .setShareSessionEpoch(5);
        add(ApiKeys.SHARE_ACKNOWLEDGE, 1, acknowledge);
        add(
                ApiKeys.SHARE_FETCH,
                1,
                new ShareFetchRequestData()
                        .setGroupId("open-none")
                        .setMemberId(MEMBER.toString())
                        .setShareSessionEpoch(5));
        add(
                ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS,
                0,
                new DescribeShareGroupOffsetsRequestData()
                        .setGroups(List.of(
                                new DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup()
                                        .setGroupId("open-none")
                                        .setTopics(List.of(
                                                new DescribeShareGroupOffsetsRequestData
                                                                .DescribeShareGroupOffsetsRequestTopic()
                                                        .setTopicName("shut")
                                                        .setPartitions(List.of(0)))),
                                new DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup()
                                        .setGroupId("shut-none")
                                        .setTopics(null))));
        AlterShareGroupOffsetsRequestData alter = new AlterShareGroupOffsetsRequestData().setGroupId("open-none");
        alter.topics()
                .add(new AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopic()
                        .setTopicName("shut")
                        .setPartitions(List.of(
                                new AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestPartition())));
        add(ApiKeys.ALTER_SHARE_GROUP_OFFSETS, 0, alter);
        add(
                ApiKeys.DELETE_SHARE_GROUP_OFFSETS,
                0,
                new DeleteShareGroupOffsetsRequestData()
                        .setGroupId("open-none")
                        .setTopics(List.of(new DeleteShareGroupOffsetsRequestData.DeleteShareGroupOffsetsRequestTopic()
                                .setTopicName("shut"))));
    }

    private void addOffsets() {
        for (int version : List.of(8, 10)) {
            add(
                    ApiKeys.OFFSET_COMMIT,
                    version,
                    new OffsetCommitRequestData()
                            .setGroupId("open-group")
                            .setTopics(named(topic -> new OffsetCommitRequestData.OffsetCommitRequestTopic()
                                    .setName(topic)
                                    .setTopicId(
                                            topic.equals("open") ? open : topic.equals("shut") ? shut : new Uuid(7, 7))
                                    .setPartitions(List.of(new OffsetCommitRequestData.OffsetCommitRequestPartition()
                                            .setCommittedMetadata(""))))));
        }
        add(
                ApiKeys.OFFSET_FETCH,
                7,
                new OffsetFetchRequestData()
                        .setGroupId("open-group")
                        .setTopics(named(topic -> new OffsetFetchRequestData.OffsetFetchRequestTopic()
                                .setName(topic)
                                .setPartitionIndexes(List.of(0)))));
        add(
                ApiKeys.OFFSET_FETCH,
                7,
                new OffsetFetchRequestData().setGroupId("open-group").setTopics(null));
        add(
                ApiKeys.OFFSET_FETCH,
                9,
                new OffsetFetchRequestData()
                        .setGroups(List.of(
                                new OffsetFetchRequestData.OffsetFetchRequestGroup()
                                        .setGroupId("open-group")
                                        .setTopics(named(topic -> new OffsetFetchRequestData.OffsetFetchRequestTopics()
                                                .setName(topic)
                                                .setPartitionIndexes(List.of(0)))),
                                new OffsetFetchRequestData.OffsetFetchRequestGroup()
                                        .setGroupId("shut-group")
                                        .setTopics(null),
                                new OffsetFetchRequestData.OffsetFetchRequestGroup()
                                        .setGroupId("open-none")
                                        .setTopics(null))));
        OffsetDeleteRequestData delete = new OffsetDeleteRequestData().setGroupId("open-none");
        named(topic -> new OffsetDeleteRequestData.OffsetDeleteRequestTopic()
                        .setName(topic)
                        .setPartitions(List.of(new OffsetDeleteRequestData.OffsetDeleteRequestPartition())))
                .forEach(delete.topics()::add);
        add(ApiKeys.OFFSET_DELETE, 0, delete);
        add(
                ApiKeys.TXN_OFFSET_COMMIT,
                3,
                new TxnOffsetCommitRequestData()
                        .setTransactionalId("open-txn")
                        .setGroupId("open-group")
                        .setProducerId(7_777)
                        .setTopics(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic()
                                .setName("shut")
                                .setPartitions(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition()
                                        .setCommittedMetadata(""))))));
    }

    private void addTransactions() {
        add(
                ApiKeys.INIT_PRODUCER_ID,
                4,
                new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(1_000));
        for (String id : List.of("open-txn", "shut-txn")) {
            add(
                    ApiKeys.INIT_PRODUCER_ID,
                    4,
                    new InitProducerIdRequestData().setTransactionalId(id).setTransactionTimeoutMs(9_000));
            add(
                    ApiKeys.END_TXN,
                    3,
                    new EndTxnRequestData().setTransactionalId(id).setProducerId(7_777));
            for (String group : List.of("open-group", "shut-group")) {
                add(
                        ApiKeys.ADD_OFFSETS_TO_TXN,
                        3,
                        new AddOffsetsToTxnRequestData()
                                .setTransactionalId(id)
                                .setGroupId(group)
                                .setProducerId(7_777));
            }
            for (List<String> topics : List.of(List.of("open"), List.of("open", "shut", "open-none"))) {
                AddPartitionsToTxnRequestData add = new AddPartitionsToTxnRequestData()
                        .setV3AndBelowTransactionalId(id)
                        .setV3AndBelowProducerId(7_777);
                topics.forEach(topic -> add.v3AndBelowTopics()
                        .add(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic()
                                .setName(topic)
                                .setPartitions(List.of(0))));
                add(ApiKeys.ADD_PARTITIONS_TO_TXN, 3, add);
            }
        }
        AddPartitionsToTxnRequestData batched = new AddPartitionsToTxnRequestData();
        batched.transactions()
                .add(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction()
                        .setTransactionalId("open-txn")
                        .setProducerId(7_777)
                        .setVerifyOnly(true));
        add(ApiKeys.ADD_PARTITIONS_TO_TXN, 5, batched);
        add(
                ApiKeys.WRITE_TXN_MARKERS,
                1,
                new WriteTxnMarkersRequestData()
                        .setMarkers(List.of(new WriteTxnMarkersRequestData.WritableTxnMarker()
                                .setProducerId(7_777)
                                .setTopics(List.of(new WriteTxnMarkersRequestData.WritableTxnMarkerTopic()
                                        .setName("open-none")
                                        .setPartitionIndexes(List.of(0)))))));
        add(
                ApiKeys.DESCRIBE_TRANSACTIONS,
                0,
                new DescribeTransactionsRequestData()
                        .setTransactionalIds(List.of("open-txn", "shut-txn", "open-none", "shut-none")));
        add(ApiKeys.LIST_TRANSACTIONS, 1, new ListTransactionsRequestData());
    }

    private void addCluster() {
        add(
                ApiKeys.API_VERSIONS,
                3,
                new ApiVersionsRequestData().setClientSoftwareName("raw").setClientSoftwareVersion("1"));
        add(
                ApiKeys.DESCRIBE_ACLS,
                3,
                new DescribeAclsRequestData()
                        .setResourceTypeFilter(ResourceType.USER.code())
                        .setPatternTypeFilter(PatternType.ANY.code())
                        .setOperation(AclOperation.ANY.code())
                        .setPermissionType(AclPermissionType.ANY.code()));
        add(
                ApiKeys.CREATE_ACLS,
                3,
                new CreateAclsRequestData()
                        .setCreations(List.of(new CreateAclsRequestData.AclCreation()
                                .setResourceType(ResourceType.CLUSTER.code())
                                .setResourceName("no-such-cluster")
                                .setResourcePatternType(PatternType.LITERAL.code())
                                .setPrincipal("User:a")
                                .setHost("*")
                                .setOperation(AclOperation.READ.code())
                                .setPermissionType(AclPermissionType.ALLOW.code()))));
        add(
                ApiKeys.DELETE_ACLS,
                3,
                new DeleteAclsRequestData()
                        .setFilters(List.of(new DeleteAclsRequestData.DeleteAclsFilter()
                                .setResourceTypeFilter(ResourceType.USER.code())
                                .setPatternTypeFilter(PatternType.ANY.code())
                                .setOperation(AclOperation.ANY.code())
                                .setPermissionType(AclPermissionType.ANY.code()))));
        add(ApiKeys.DESCRIBE_LOG_DIRS, 4, new DescribeLogDirsRequestData().setTopics(null));
        AlterReplicaLogDirsRequestData move = new AlterReplicaLogDirsRequestData();
        AlterReplicaLogDirsRequestData.AlterReplicaLogDir nowhere =
                new AlterReplicaLogDirsRequestData.AlterReplicaLogDir().setPath("/none/such");
        nowhere.topics()
                .add(new AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic()
                        .setName("open")
                        .setPartitions(List.of(0)));
        move.dirs().add(nowhere);
        add(ApiKeys.ALTER_REPLICA_LOG_DIRS, 2, move);
        ElectLeadersRequestData elect = new ElectLeadersRequestData().setTimeoutMs(5_000);
        elect.topicPartitions()
                .add(new ElectLeadersRequestData.TopicPartitions()
                        .setTopic("open-none")
                        .setPartitions(List.of(0)));
        add(ApiKeys.ELECT_LEADERS, 2, elect);
        add(
                ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                0,
                new AlterPartitionReassignmentsRequestData()
                        .setTopics(List.of(new AlterPartitionReassignmentsRequestData.ReassignableTopic()
                                .setName("open-none")
                                .setPartitions(
                                        List.of(new AlterPartitionReassignmentsRequestData.ReassignablePartition()
                                                .setReplicas(List.of(7)))))));
        add(ApiKeys.LIST_PARTITION_REASSIGNMENTS, 0, new ListPartitionReassignmentsRequestData().setTopics(null));
        add(ApiKeys.DESCRIBE_CLIENT_QUOTAS, 1, new DescribeClientQuotasRequestData());
        add(ApiKeys.ALTER_CLIENT_QUOTAS, 1, new AlterClientQuotasRequestData().setValidateOnly(true));
        add(ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, 0, new DescribeUserScramCredentialsRequestData());
        add(
                ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
                0,
                new AlterUserScramCredentialsRequestData()
                        .setDeletions(List.of(new AlterUserScramCredentialsRequestData.ScramCredentialDeletion()
                                .setName("nobody")
                                .setMechanism(ScramMechanism.SCRAM_SHA_256.type()))));
        add(
                ApiKeys.DESCRIBE_QUORUM,
                2,
                new DescribeQuorumRequestData()
                        .setTopics(List.of(new DescribeQuorumRequestData.TopicData()
                                .setTopicName("__cluster_metadata")
                                .setPartitions(List.of(new DescribeQuorumRequestData.PartitionData())))));
        add(
                ApiKeys.UPDATE_FEATURES,
                1,
                new UpdateFeaturesRequestData().setValidateOnly(true).setTimeoutMs(5_000));
        for (int version : List.of(0, 2)) {
            add(
                    ApiKeys.DESCRIBE_CLUSTER,
                    version,
                    new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true));
        }
        add(ApiKeys.UNREGISTER_BROKER, 0, new UnregisterBrokerRequestData().setBrokerId(77));
        add(
                ApiKeys.ADD_RAFT_VOTER,
                0,
                new AddRaftVoterRequestData().setClusterId("other").setVoterId(8));
        add(
                ApiKeys.REMOVE_RAFT_VOTER,
                0,
                new RemoveRaftVoterRequestData().setClusterId("other").setVoterId(8));
    }

    private void addConfigs() {
        record Named(ConfigResource.Type type, String name) {}
        List<Named> resources = List.of(
                new Named(ConfigResource.Type.TOPIC, "open"),
                new Named(ConfigResource.Type.TOPIC, "shut-none"),
                new Named(ConfigResource.Type.GROUP, "open-group"),
                new Named(ConfigResource.Type.GROUP, "shut-group"),
                new Named(ConfigResource.Type.BROKER, "7"),
                new Named(ConfigResource.Type.CLIENT_METRICS, "some"));
        for (Named resource : resources) {
            add(
                    ApiKeys.DESCRIBE_CONFIGS,
                    4,
                    new DescribeConfigsRequestData()
                            .setResources(List.of(new DescribeConfigsRequestData.DescribeConfigsResource()
                                    .setResourceType(resource.type().id())
                                    .setResourceName(resource.name())
                                    .setConfigurationKeys(List.of()))));
            AlterConfigsRequestData alter = new AlterConfigsRequestData().setValidateOnly(true);
            alter.resources()
                    .add(new AlterConfigsRequestData.AlterConfigsResource()
                            .setResourceType(resource.type().id())
                            .setResourceName(resource.name()));
            add(ApiKeys.ALTER_CONFIGS, 2, alter);
            IncrementalAlterConfigsRequestData change = new IncrementalAlterConfigsRequestData().setValidateOnly(true);
            IncrementalAlterConfigsRequestData.AlterConfigsResource changed =
                    new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                            .setResourceType(resource.type().id())
                            .setResourceName(resource.name());
            changed.configs()
                    .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                            .setName("made.up")
                            .setValue("1"));
            change.resources().add(changed);
            add(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, change);
        }
        add(ApiKeys.LIST_CONFIG_RESOURCES, 1, new ListConfigResourcesRequestData());
    }
}
