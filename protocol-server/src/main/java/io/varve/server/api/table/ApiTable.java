// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import static io.varve.server.api.table.ApiPolicy.HandlerThread.LOOP;
import static io.varve.server.api.table.ApiPolicy.HandlerThread.WORKER;
import static io.varve.server.api.table.ApiPolicy.HandlerThread.WORKER_IF_LARGE;
import static io.varve.server.api.table.ApiPolicy.Size.LARGE;
import static io.varve.server.api.table.ApiPolicy.Size.ORDINARY;
import static io.varve.server.api.table.ApiPolicy.Size.RECORDS;
import static io.varve.server.api.table.ApiPolicy.Size.SMALL;
import static org.apache.kafka.common.protocol.ApiKeys.*;

import io.varve.core.runtime.Clock;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.ApiVersionRange;
import io.varve.server.api.cluster.AddRaftVoterHandler;
import io.varve.server.api.cluster.AlterReplicaLogDirsHandler;
import io.varve.server.api.cluster.ApiVersionsHandler;
import io.varve.server.api.cluster.DescribeClusterHandler;
import io.varve.server.api.cluster.DescribeLogDirsHandler;
import io.varve.server.api.cluster.DescribeQuorumHandler;
import io.varve.server.api.cluster.Features;
import io.varve.server.api.cluster.FindCoordinatorHandler;
import io.varve.server.api.cluster.RemoveRaftVoterHandler;
import io.varve.server.api.cluster.UnregisterBrokerHandler;
import io.varve.server.api.cluster.UpdateFeaturesHandler;
import io.varve.server.api.config.AlterConfigsHandler;
import io.varve.server.api.config.DescribeConfigsHandler;
import io.varve.server.api.config.IncrementalAlterConfigsHandler;
import io.varve.server.api.config.ListConfigResourcesHandler;
import io.varve.server.api.era.EraHandlers;
import io.varve.server.api.era.OldLayouts;
import io.varve.server.api.fetch.FetchHandler;
import io.varve.server.api.group.AlterShareGroupOffsetsHandler;
import io.varve.server.api.group.ConsumerGroupDescribeHandler;
import io.varve.server.api.group.ConsumerGroupHeartbeatHandler;
import io.varve.server.api.group.DeleteGroupsHandler;
import io.varve.server.api.group.DeleteShareGroupOffsetsHandler;
import io.varve.server.api.group.DescribeGroupsHandler;
import io.varve.server.api.group.DescribeShareGroupOffsetsHandler;
import io.varve.server.api.group.HeartbeatHandler;
import io.varve.server.api.group.InternalTopicCreation;
import io.varve.server.api.group.JoinGroupHandler;
import io.varve.server.api.group.LeaveGroupHandler;
import io.varve.server.api.group.ListGroupsHandler;
import io.varve.server.api.group.OffsetCommitHandler;
import io.varve.server.api.group.OffsetDeleteHandler;
import io.varve.server.api.group.OffsetFetchHandler;
import io.varve.server.api.group.ShareGroupDescribeHandler;
import io.varve.server.api.group.ShareGroupHeartbeatHandler;
import io.varve.server.api.group.StreamsGroupDescribeHandler;
import io.varve.server.api.group.StreamsGroupHeartbeatHandler;
import io.varve.server.api.group.SyncGroupHandler;
import io.varve.server.api.guard.Guards;
import io.varve.server.api.offsets.ListOffsetsHandler;
import io.varve.server.api.offsets.OffsetForLeaderEpochHandler;
import io.varve.server.api.produce.ProduceHandler;
import io.varve.server.api.quota.AlterClientQuotasHandler;
import io.varve.server.api.quota.DescribeClientQuotasHandler;
import io.varve.server.api.replica.AlterPartitionReassignmentsHandler;
import io.varve.server.api.replica.ElectLeadersHandler;
import io.varve.server.api.replica.ListPartitionReassignmentsHandler;
import io.varve.server.api.security.AlterUserScramCredentialsHandler;
import io.varve.server.api.security.CreateAclsHandler;
import io.varve.server.api.security.CreateDelegationTokenHandler;
import io.varve.server.api.security.DeleteAclsHandler;
import io.varve.server.api.security.DescribeAclsHandler;
import io.varve.server.api.security.DescribeDelegationTokenHandler;
import io.varve.server.api.security.DescribeUserScramCredentialsHandler;
import io.varve.server.api.security.ExpireDelegationTokenHandler;
import io.varve.server.api.security.RenewDelegationTokenHandler;
import io.varve.server.api.security.SaslAuthenticateHandler;
import io.varve.server.api.security.SaslHandshakeHandler;
import io.varve.server.api.share.ShareAcknowledgeHandler;
import io.varve.server.api.share.ShareFetchHandler;
import io.varve.server.api.telemetry.GetTelemetrySubscriptionsHandler;
import io.varve.server.api.telemetry.PushTelemetryHandler;
import io.varve.server.api.topic.CreatePartitionsHandler;
import io.varve.server.api.topic.CreateTopicsHandler;
import io.varve.server.api.topic.DeleteRecordsHandler;
import io.varve.server.api.topic.DeleteTopicsHandler;
import io.varve.server.api.topic.DescribeTopicPartitionsHandler;
import io.varve.server.api.topic.MetadataHandler;
import io.varve.server.api.txn.AddOffsetsToTxnHandler;
import io.varve.server.api.txn.AddPartitionsToTxnHandler;
import io.varve.server.api.txn.DescribeProducersHandler;
import io.varve.server.api.txn.DescribeTransactionsHandler;
import io.varve.server.api.txn.EndTxnHandler;
import io.varve.server.api.txn.InitProducerIdHandler;
import io.varve.server.api.txn.ListTransactionsHandler;
import io.varve.server.api.txn.TxnOffsetCommitHandler;
import io.varve.server.api.txn.WriteTxnMarkersHandler;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.quota.ThrottleConfig;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.server.common.GroupVersion;
import org.apache.kafka.server.common.StreamsVersion;

/**
 * Lists every API of Kafka's protocol in the order of the keys. A line has the versions that are served, the
 * policy for requests and the handler, or the reason why the API is not served. ApiVersions returns what this
 * table lists.
 *
 * <p>Handlers see the versions that Kafka 4 knows; older ones are translated before ({@link EraHandlers}).
 *
 * <p>A new API needs a handler and a line here, and a line in {@link Guards}. What a connection may send
 * before it is authenticated is no column: {@code SaslAuthentication} admits what authenticates.
 * {@link ApiPolicy.Size#RECORDS} lets a connection serve produce requests concurrently; all other requests of
 * a connection are served one after the other.
 */
public final class ApiTable {
    private static final String GONE = "Kafka 4 has removed it";
    private static final String STATE_IN_PROCESS =
            "the one broker reads and writes the states of share groups in its own process";
    private static final String CONTROLLERS_ONLY =
            "brokers and controllers ask it of controllers, never clients of a broker";

    private static final Set<ApiKeys> OF_SHARE_GROUPS = EnumSet.of(
            ApiKeys.SHARE_GROUP_HEARTBEAT,
            ApiKeys.SHARE_GROUP_DESCRIBE,
            ApiKeys.SHARE_FETCH,
            ApiKeys.SHARE_ACKNOWLEDGE,
            ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS,
            ApiKeys.ALTER_SHARE_GROUP_OFFSETS,
            ApiKeys.DELETE_SHARE_GROUP_OFFSETS);

    /** The scan of a request needs a policy even where no handler serves the API. */
    private static final ApiPolicy OF_ABSENT = new ApiPolicy(ORDINARY, 100_000, WORKER_IF_LARGE);

    /**
     * A line of the table.
     *
     * @param versions the versions that are served, or null when none is
     * @param policy limits of requests, and the thread that serves them
     * @param handler makes the handler; null when the API is not served
     * @param whyAbsent the reason why the API is not served; null when it is
     */
    private record Line(
            ApiVersionRange versions,
            ApiPolicy policy,
            Function<HandlerContext, ApiHandler> handler,
            String whyAbsent) {}

    private static final Map<ApiKeys, Line> LINES = new EnumMap<>(ApiKeys.class);
    private static final ApiKeys[] BY_KEY = byKey();

    // JOIN_GROUP and SYNC_GROUP are LARGE: the metadata of a member names its topics, the assignments of a
    // leader name every partition. JOIN_GROUP has at most 100 elements: no client has that many assignors.
    // FIND_COORDINATOR runs on a worker: the first request creates the topic of the coordinator.
    static {
        // spotless:off
        // key  API             versions first, last  size     elements  thread            handler; or why there is none
        served( 0, PRODUCE,                      0, 13, RECORDS,  100_000, LOOP,            c -> new ProduceHandler(c.metadata(), c.transactions(), c.runtime().traffic()));
        served( 1, FETCH,                        0, 18, LARGE,    100_000, LOOP,            c -> new FetchHandler(c.metadata(), c.self(), c.settings().fetch(), c.access(), c.runtime().clock(), c.runtime().ids(), c.runtime().throttle(), c.runtime().traffic()));
        served( 2, LIST_OFFSETS,                 0, 11, LARGE,    100_000, WORKER,          c -> new ListOffsetsHandler(c.metadata(), c.runtime().scheduler()));
        served( 3, METADATA,                     0, 13, LARGE,    100_000, WORKER_IF_LARGE, c -> new MetadataHandler(c.metadata(), c.coordinatorTopics(), c.self(), c.runtime().throttle()));
        absent( 4, LEADER_AND_ISR,                  GONE);
        absent( 5, STOP_REPLICA,                    GONE);
        absent( 6, UPDATE_METADATA,                 GONE);
        absent( 7, CONTROLLED_SHUTDOWN,             GONE);
        served( 8, OFFSET_COMMIT,                0, 10, LARGE,    100_000, WORKER_IF_LARGE, c -> new OffsetCommitHandler(c.groups(), c.metadata()));
        served( 9, OFFSET_FETCH,                 0, 10, LARGE,    100_000, WORKER_IF_LARGE, c -> new OffsetFetchHandler(c.groups(), c.metadata()));
        served(10, FIND_COORDINATOR,             0,  6, ORDINARY, 100_000, WORKER,          c -> new FindCoordinatorHandler(c.groups(), c.transactions(), c.shareStates(), c.self()));
        served(11, JOIN_GROUP,                   0,  9, LARGE,        100, WORKER,          c -> new JoinGroupHandler(c.groups()));
        served(12, HEARTBEAT,                    0,  4, SMALL,        100, LOOP,            c -> new HeartbeatHandler(c.groups()));
        served(13, LEAVE_GROUP,                  0,  5, ORDINARY, 100_000, WORKER_IF_LARGE, c -> new LeaveGroupHandler(c.groups()));
        served(14, SYNC_GROUP,                   0,  5, LARGE,    100_000, WORKER_IF_LARGE, c -> new SyncGroupHandler(c.groups()));
        served(15, DESCRIBE_GROUPS,              0,  6, ORDINARY, 100_000, WORKER,          c -> new DescribeGroupsHandler(c.groups()));
        served(16, LIST_GROUPS,                  0,  5, SMALL,        100, WORKER,          c -> new ListGroupsHandler(c.groups()));
        served(17, SASL_HANDSHAKE,                 0,  1, SMALL,       100, WORKER,          c -> new SaslHandshakeHandler());
        served(18, API_VERSIONS,                 0,  4, SMALL,        100, LOOP,            c -> new ApiVersionsHandler(versions(), () -> Features.of(c.metadata().writer().state())));
        served(19, CREATE_TOPICS,                0,  7, LARGE,    100_000, WORKER,          c -> new CreateTopicsHandler(c.metadata(), c.runtime().throttle()));
        served(20, DELETE_TOPICS,                0,  6, LARGE,    100_000, WORKER,          c -> new DeleteTopicsHandler(c.metadata(), c.runtime().throttle()));
        served(21, DELETE_RECORDS,               0,  2, LARGE,    100_000, WORKER,          c -> new DeleteRecordsHandler(c.metadata(), c.engine()));
        served(22, INIT_PRODUCER_ID,             0,  5, SMALL,        100, WORKER,          c -> new InitProducerIdHandler(c.metadata().producerIds(), c.transactions()));
        served(23, OFFSET_FOR_LEADER_EPOCH,      0,  4, LARGE,    100_000, WORKER,          c -> new OffsetForLeaderEpochHandler(c.metadata()));
        served(24, ADD_PARTITIONS_TO_TXN,        0,  5, LARGE,    100_000, WORKER_IF_LARGE, c -> new AddPartitionsToTxnHandler(c.transactions(), c.metadata()));
        served(25, ADD_OFFSETS_TO_TXN,           0,  4, SMALL,        100, LOOP,            c -> new AddOffsetsToTxnHandler(c.transactions(), c.groups()));
        served(26, END_TXN,                      0,  5, SMALL,        100, LOOP,            c -> new EndTxnHandler(c.transactions()));
        served(27, WRITE_TXN_MARKERS,            1,  2, ORDINARY, 100_000, WORKER,          c -> new WriteTxnMarkersHandler(c.metadata(), c.groups().transactionalOffsets()));
        served(28, TXN_OFFSET_COMMIT,            0,  5, LARGE,    100_000, WORKER_IF_LARGE, c -> new TxnOffsetCommitHandler(c.groups().transactionalOffsets(), c.metadata()));
        served(29, DESCRIBE_ACLS,                  0,  3, ORDINARY,100_000, WORKER,          c -> new DescribeAclsHandler(c.access()));
        served(30, CREATE_ACLS,                    0,  3, ORDINARY,100_000, WORKER_IF_LARGE, c -> new CreateAclsHandler(c.access(), c.metadata().writer(), c.runtime().ids()));
        served(31, DELETE_ACLS,                    0,  3, ORDINARY,  1_000, WORKER, c -> new DeleteAclsHandler(c.access(), c.metadata().writer()));
        served(32, DESCRIBE_CONFIGS,             0,  4, LARGE,    100_000, WORKER,          c -> new DescribeConfigsHandler(c.metadata(), c.settings().groups(), c.engine(), c.runtime().shownClock(), c.runtime().telemetry()));
        served(33, ALTER_CONFIGS,                0,  2, LARGE,    100_000, WORKER,          c -> new AlterConfigsHandler(c.metadata(), c.configTargets(), c.runtime().shownClock()));
        served(34, ALTER_REPLICA_LOG_DIRS,         0,  2, LARGE,   100_000, WORKER,          c -> new AlterReplicaLogDirsHandler(c.metadata(), c.settings().directories()));
        served(35, DESCRIBE_LOG_DIRS,            0,  5, ORDINARY, 100_000, WORKER,          c -> new DescribeLogDirsHandler(c.metadata(), c.settings().directories()));
        served(36, SASL_AUTHENTICATE,              0,  2, ORDINARY,    100, WORKER,          c -> new SaslAuthenticateHandler());
        served(37, CREATE_PARTITIONS,            0,  3, LARGE,    100_000, WORKER,          c -> new CreatePartitionsHandler(c.metadata(), c.runtime().throttle()));
        served(38, CREATE_DELEGATION_TOKEN,        0,  3, SMALL,       100, LOOP,            c -> new CreateDelegationTokenHandler());
        served(39, RENEW_DELEGATION_TOKEN,         0,  2, SMALL,       100, LOOP,            c -> new RenewDelegationTokenHandler());
        served(40, EXPIRE_DELEGATION_TOKEN,        0,  2, SMALL,       100, LOOP,            c -> new ExpireDelegationTokenHandler());
        served(41, DESCRIBE_DELEGATION_TOKEN,      0,  3, SMALL,       100, LOOP,            c -> new DescribeDelegationTokenHandler());
        served(42, DELETE_GROUPS,                0,  2, ORDINARY, 100_000, WORKER,          c -> new DeleteGroupsHandler(c.groups()));
        served(43, ELECT_LEADERS,                  0,  2, LARGE,   100_000, WORKER,          c -> new ElectLeadersHandler(c.metadata()));
        served(44, INCREMENTAL_ALTER_CONFIGS,    0,  1, LARGE,    100_000, WORKER,          c -> new IncrementalAlterConfigsHandler(c.metadata(), c.configTargets(), c.runtime().shownClock()));
        served(45, ALTER_PARTITION_REASSIGNMENTS,  0,  1, LARGE,   100_000, WORKER,          c -> new AlterPartitionReassignmentsHandler(c.metadata(), c.self().nodeId()));
        served(46, LIST_PARTITION_REASSIGNMENTS, 0,  0, ORDINARY, 100_000, WORKER_IF_LARGE, c -> new ListPartitionReassignmentsHandler());
        served(47, OFFSET_DELETE,                0,  0, LARGE,    100_000, WORKER,          c -> new OffsetDeleteHandler(c.groups(), c.metadata()));
        served(48, DESCRIBE_CLIENT_QUOTAS,         0,  1, ORDINARY,100_000, WORKER,          c -> new DescribeClientQuotasHandler(c.metadata().writer()::state));
        served(49, ALTER_CLIENT_QUOTAS,            0,  1, ORDINARY,100_000, WORKER,          c -> new AlterClientQuotasHandler(c.metadata().writer()));
        served(50, DESCRIBE_USER_SCRAM_CREDENTIALS, 0,  0, ORDINARY,100_000, WORKER,          c -> new DescribeUserScramCredentialsHandler(c.metadata().writer()::state));
        served(51, ALTER_USER_SCRAM_CREDENTIALS,   0,  0, ORDINARY,100_000, WORKER,          c -> new AlterUserScramCredentialsHandler(c.metadata().writer()));
        absent(52, VOTE,                            CONTROLLERS_ONLY);
        absent(53, BEGIN_QUORUM_EPOCH,              CONTROLLERS_ONLY);
        absent(54, END_QUORUM_EPOCH,                CONTROLLERS_ONLY);
        served(55, DESCRIBE_QUORUM,                0,  2, ORDINARY,100_000, WORKER_IF_LARGE, c -> new DescribeQuorumHandler(c.self(), c.metadata().writer()::state, c.runtime().clock()));
        absent(56, ALTER_PARTITION,                 CONTROLLERS_ONLY);
        served(57, UPDATE_FEATURES,                0,  2, SMALL,       100, WORKER,          c -> new UpdateFeaturesHandler(c.metadata().writer(), c.self().nodeId()));
        absent(58, ENVELOPE,                        CONTROLLERS_ONLY);
        absent(59, FETCH_SNAPSHOT,                  CONTROLLERS_ONLY);
        served(60, DESCRIBE_CLUSTER,             0,  2, ORDINARY, 100_000, WORKER_IF_LARGE, c -> new DescribeClusterHandler(c.self()));
        served(61, DESCRIBE_PRODUCERS,           0,  0, ORDINARY, 100_000, WORKER,          c -> new DescribeProducersHandler(c.metadata()));
        absent(62, BROKER_REGISTRATION,             CONTROLLERS_ONLY);
        absent(63, BROKER_HEARTBEAT,                CONTROLLERS_ONLY);
        served(64, UNREGISTER_BROKER,              0,  0, SMALL,       100, LOOP,            c -> new UnregisterBrokerHandler(c.self().nodeId()));
        served(65, DESCRIBE_TRANSACTIONS,        0,  0, ORDINARY, 100_000, WORKER,          c -> new DescribeTransactionsHandler(c.transactions()));
        served(66, LIST_TRANSACTIONS,            0,  2, ORDINARY, 100_000, WORKER,          c -> new ListTransactionsHandler(c.transactions()));
        absent(67, ALLOCATE_PRODUCER_IDS,           CONTROLLERS_ONLY);
        served(68, CONSUMER_GROUP_HEARTBEAT,     0,  1, LARGE,    100_000, WORKER_IF_LARGE, c -> new ConsumerGroupHeartbeatHandler(c.groups(), () -> c.uses(GroupVersion.FEATURE_NAME)));
        served(69, CONSUMER_GROUP_DESCRIBE,      0,  1, ORDINARY, 100_000, WORKER,          c -> new ConsumerGroupDescribeHandler(c.groups(), () -> c.uses(GroupVersion.FEATURE_NAME)));
        absent(70, CONTROLLER_REGISTRATION,         CONTROLLERS_ONLY);
        served(71, GET_TELEMETRY_SUBSCRIPTIONS,    0,  0, SMALL,       100, WORKER,          c -> new GetTelemetrySubscriptionsHandler(c.runtime().telemetry(), c.runtime().ids()));
        served(72, PUSH_TELEMETRY,                 0,  0, LARGE,       100, WORKER,          c -> new PushTelemetryHandler(c.runtime().telemetry(), c.runtime().scheduler()));
        absent(73, ASSIGN_REPLICAS_TO_DIRS,         CONTROLLERS_ONLY);
        served(74, LIST_CONFIG_RESOURCES,          0,  1, SMALL,       100, WORKER,          c -> new ListConfigResourcesHandler(c.metadata()));
        served(75, DESCRIBE_TOPIC_PARTITIONS,    0,  0, LARGE,    100_000, WORKER,          c -> new DescribeTopicPartitionsHandler(c.metadata(), c.metadata().config(), c.access()));
        served(76, SHARE_GROUP_HEARTBEAT,        1,  1, LARGE,    100_000, WORKER_IF_LARGE, c -> new ShareGroupHeartbeatHandler(c.groups().shareGroups()));
        served(77, SHARE_GROUP_DESCRIBE,         1,  1, ORDINARY, 100_000, WORKER,          c -> new ShareGroupDescribeHandler(c.groups().shareGroups()));
        served(78, SHARE_FETCH,                  1,  2, LARGE,    100_000, LOOP,            c -> new ShareFetchHandler(c.shares(), c.metadata(), c.settings().fetch(), c.access(), c.runtime().throttle(), c.runtime().traffic()));
        served(79, SHARE_ACKNOWLEDGE,            1,  2, LARGE,    100_000, WORKER_IF_LARGE, c -> new ShareAcknowledgeHandler(c.shares(), c.metadata()));
        served(80, ADD_RAFT_VOTER,                 0,  1, SMALL,       100, LOOP,            c -> new AddRaftVoterHandler(c.self().clusterId()));
        served(81, REMOVE_RAFT_VOTER,              0,  0, SMALL,       100, LOOP,            c -> new RemoveRaftVoterHandler(c.self().clusterId()));
        absent(82, UPDATE_RAFT_VOTER,               CONTROLLERS_ONLY);
        absent(83, INITIALIZE_SHARE_GROUP_STATE,    STATE_IN_PROCESS);
        absent(84, READ_SHARE_GROUP_STATE,          STATE_IN_PROCESS);
        absent(85, WRITE_SHARE_GROUP_STATE,         STATE_IN_PROCESS);
        absent(86, DELETE_SHARE_GROUP_STATE,        STATE_IN_PROCESS);
        absent(87, READ_SHARE_GROUP_STATE_SUMMARY,  STATE_IN_PROCESS);
        served(88, STREAMS_GROUP_HEARTBEAT,      0,  0, LARGE,    100_000, WORKER_IF_LARGE, c -> new StreamsGroupHeartbeatHandler(c.groups().streamsGroups(), c.access(), new InternalTopicCreation((topics, quota) -> c.metadata().createTopics(topics, false, quota), c.runtime().throttle(), c.runtime().clock()), () -> c.uses(StreamsVersion.FEATURE_NAME)));
        served(89, STREAMS_GROUP_DESCRIBE,       0,  0, ORDINARY, 100_000, WORKER,          c -> new StreamsGroupDescribeHandler(c.groups().streamsGroups(), () -> c.uses(StreamsVersion.FEATURE_NAME)));
        served(90, DESCRIBE_SHARE_GROUP_OFFSETS, 0,  1, LARGE,    100_000, WORKER,          c -> new DescribeShareGroupOffsetsHandler(c.groups().shareGroups()));
        served(91, ALTER_SHARE_GROUP_OFFSETS,    0,  0, LARGE,    100_000, WORKER,          c -> new AlterShareGroupOffsetsHandler(c.groups().shareGroups(), c.metadata()));
        served(92, DELETE_SHARE_GROUP_OFFSETS,   0,  0, LARGE,    100_000, WORKER,          c -> new DeleteShareGroupOffsetsHandler(c.groups().shareGroups()));
        // spotless:on
    }

    private ApiTable() {}

    private static void served(
            int key,
            ApiKeys api,
            int first,
            int last,
            ApiPolicy.Size size,
            int maxElements,
            ApiPolicy.HandlerThread thread,
            Function<HandlerContext, ApiHandler> handler) {
        ApiVersionRange versions = new ApiVersionRange(api, (short) first, (short) last);
        if (first < OldLayouts.first(api)) {
            throw new IllegalStateException("version " + first + " of " + api + " cannot be read");
        }
        add(key, api, new Line(versions, new ApiPolicy(size, maxElements, thread), handler, null));
    }

    private static void absent(int key, ApiKeys api, String why) {
        absent(key, api, why, OF_ABSENT);
    }

    private static void absent(int key, ApiKeys api, String why, ApiPolicy policy) {
        add(key, api, new Line(null, policy, null, why));
    }

    private static void add(int key, ApiKeys api, Line line) {
        if (key != api.id || LINES.put(api, line) != null) {
            throw new IllegalStateException(
                    "line " + key + " of the table of APIs: " + api + " has key " + api.id + ", and needs one line");
        }
    }

    private static ApiKeys[] byKey() {
        int last = Arrays.stream(ApiKeys.values()).mapToInt(api -> api.id).max().orElseThrow();
        ApiKeys[] byKey = new ApiKeys[last + 1];
        for (ApiKeys api : ApiKeys.values()) {
            byKey[api.id] = api;
        }
        return byKey;
    }

    /** @return the served versions of each API that is served, in the order of the keys */
    public static Collection<ApiVersionRange> versions() {
        return LINES.values().stream()
                .filter(line -> line.whyAbsent == null)
                .map(Line::versions)
                .toList();
    }

    /**
     * Finds an API by its key, as each request does: Kafka's own look-up is one in a hash table.
     *
     * @param key the key in a request, any number
     * @return the API; null if there is none
     */
    public static ApiKeys byKey(short key) {
        return key >= 0 && key < BY_KEY.length ? BY_KEY[key] : null;
    }

    /**
     * @param api any API
     * @return limits of its requests, and the thread that serves them
     */
    public static ApiPolicy policy(ApiKeys api) {
        return LINES.get(api).policy;
    }

    /**
     * @param api any API
     * @return the reason why the API is not served, worded for clients; null if it is served
     */
    public static String whyAbsent(ApiKeys api) {
        return LINES.get(api).whyAbsent;
    }

    /**
     * @param api an API that is served
     * @param context the parts of the broker that handlers use
     * @return a new handler of the API
     */
    public static ApiHandler handler(ApiKeys api, HandlerContext context) {
        return LINES.get(api).handler.apply(context);
    }

    private static ApiHandler gated(ApiKeys api, HandlerContext context) {
        ApiHandler handler = handler(api, context);
        // Guards are not even loaded where there is no authorizer: a start would pay for each of them.
        ApiHandler guarded = context.access().isOpen()
                ? handler
                : new Guards(context.access(), context.metadata()).guarded(api, handler);
        return OF_SHARE_GROUPS.contains(api) ? new ShareVersionGate(context, guarded) : guarded;
    }

    /**
     * Makes the handlers of all APIs that are served.
     *
     * @param context the parts of the broker that handlers use
     * @return the handlers, by API and version
     */
    public static HandlerLookup serve(HandlerContext context) {
        HandlerContext.Runtime runtime = context.runtime();
        Clock clock = runtime.clock();
        // What an old fetch finds in several steps is counted when it is sent.
        ApiHandler fetch = new FetchHandler(
                context.metadata(),
                context.self(),
                context.settings().fetch(),
                context.access(),
                clock,
                runtime.ids(),
                new QuotaThrottle(clock, ThrottleConfig.DEFAULT),
                runtime.traffic());
        EraHandlers era = new EraHandlers(
                context.metadata(),
                context.access(),
                runtime.scheduler(),
                clock,
                gated(FIND_COORDINATOR, context),
                fetch);
        List<ServedApi> served = versions().stream()
                .map(versions ->
                        new ServedApi(versions, era.withOldVersions(versions.api(), gated(versions.api(), context))))
                .toList();
        return new HandlerLookup(served);
    }
}
