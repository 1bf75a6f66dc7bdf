// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.api.group.TestClient;
import io.varve.server.group.GroupsFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResultCollection;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the transaction APIs on the wire, version by version. */
class TransactionHandlersTest {
    private final GroupsFixture broker = new GroupsFixture();
    private final TestClient client = new TestClient(broker);

    @BeforeEach
    void start() {
        broker.topic("t", 2);
        client.ask(
                ApiKeys.FIND_COORDINATOR,
                3,
                new FindCoordinatorRequestData().setKey("tx").setKeyType((byte) 1));
        client.find("g");
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private InitProducerIdResponseData init(int version, InitProducerIdRequestData request) {
        return TestClient.until(
                answer -> answer.errorCode() != Errors.CONCURRENT_TRANSACTIONS.code()
                        && answer.errorCode() != Errors.COORDINATOR_LOAD_IN_PROGRESS.code(),
                () -> client.<InitProducerIdResponseData>ask(ApiKeys.INIT_PRODUCER_ID, version, request));
    }

    private InitProducerIdResponseData init(int version) {
        return init(
                version,
                new InitProducerIdRequestData().setTransactionalId("tx").setTransactionTimeoutMs(60_000));
    }

    private static AddPartitionsToTxnTopicCollection topics(String... topics) {
        AddPartitionsToTxnTopicCollection all = new AddPartitionsToTxnTopicCollection();
        for (String topic : topics) {
            all.add(new AddPartitionsToTxnTopic().setName(topic).setPartitions(new ArrayList<>(List.of(0))));
        }
        return all;
    }

    private AddPartitionsToTxnRequestData add(
            int version, InitProducerIdResponseData producer, int epoch, boolean verifyOnly, String... topics) {
        AddPartitionsToTxnRequestData request = new AddPartitionsToTxnRequestData();
        if (version < 4) {
            return request.setV3AndBelowTransactionalId("tx")
                    .setV3AndBelowProducerId(producer.producerId())
                    .setV3AndBelowProducerEpoch((short) epoch)
                    .setV3AndBelowTopics(topics(topics));
        }
        request.transactions()
                .add(new AddPartitionsToTxnTransaction()
                        .setTransactionalId("tx")
                        .setProducerId(producer.producerId())
                        .setProducerEpoch((short) epoch)
                        .setVerifyOnly(verifyOnly)
                        .setTopics(topics(topics)));
        return request;
    }

    private Map<String, Errors> errors(int version, AddPartitionsToTxnRequestData request) {
        AddPartitionsToTxnResponseData answer = client.ask(ApiKeys.ADD_PARTITIONS_TO_TXN, version, request);
        AddPartitionsToTxnTopicResultCollection results = version < 4
                ? answer.resultsByTopicV3AndBelow()
                : answer.resultsByTransaction().find("tx").topicResults();
        Map<String, Errors> errors = new TreeMap<>();
        results.forEach(topic -> topic.resultsByPartition()
                .forEach(result -> errors.put(topic.name(), Errors.forCode(result.partitionErrorCode()))));
        return errors;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void everyIdempotentProducerGetsAnIdOfItsOwn(int version) {
        InitProducerIdRequestData request = new InitProducerIdRequestData().setTransactionalId(null);
        InitProducerIdResponseData first = init(version, request);
        InitProducerIdResponseData second = init(version, request);
        assertThat(first.errorCode()).isZero();
        assertThat(first.producerEpoch()).isZero();
        assertThat(second.producerId()).isNotEqualTo(first.producerId());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void theNextOwnerOfATransactionalIdGetsTheNextEpoch(int version) {
        InitProducerIdResponseData first = init(version);
        InitProducerIdResponseData second = init(version);
        assertThat(second.producerId()).isEqualTo(first.producerId());
        assertThat(second.producerEpoch()).isEqualTo((short) 1);
    }

    @Test
    void senselessProducersAreRefused() {
        assertThat(init(
                                5,
                                new InitProducerIdRequestData()
                                        .setTransactionalId("")
                                        .setTransactionTimeoutMs(1))
                        .errorCode())
                .isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(init(
                                5,
                                new InitProducerIdRequestData()
                                        .setTransactionalId(null)
                                        .setProducerId(7))
                        .errorCode())
                .isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(init(
                                5,
                                new InitProducerIdRequestData()
                                        .setTransactionalId("tx")
                                        .setTransactionTimeoutMs(0))
                        .errorCode())
                .isEqualTo(Errors.INVALID_TRANSACTION_TIMEOUT.code());
    }

    @ParameterizedTest
    @CsvSource({"3, INVALID_PRODUCER_EPOCH", "4, PRODUCER_FENCED"})
    void aZombieGetsACodeThatItKnows(int version, Errors expected) {
        InitProducerIdResponseData zombie = init(4);
        init(4);
        assertThat(init(
                                version,
                                new InitProducerIdRequestData()
                                        .setTransactionalId("tx")
                                        .setTransactionTimeoutMs(60_000)
                                        .setProducerId(zombie.producerId())
                                        .setProducerEpoch(zombie.producerEpoch()))
                        .errorCode())
                .isEqualTo(expected.code());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void partitionsAreAddedAllOrNone(int version) {
        InitProducerIdResponseData producer = init(5);
        assertThat(errors(version, add(version, producer, 0, false, "t", "lost")))
                .isEqualTo(Map.of(
                        "t", Errors.OPERATION_NOT_ATTEMPTED,
                        "lost", Errors.UNKNOWN_TOPIC_OR_PARTITION));
        assertThat(errors(version, add(version, producer, 0, false, "t", "__transaction_state")))
                .containsEntry("__transaction_state", Errors.TOPIC_AUTHORIZATION_FAILED);
        assertThat(errors(version, add(version, producer, 0, false, "t"))).isEqualTo(Map.of("t", Errors.NONE));
        assertThat(errors(version, add(version, producer, 7, false, "t")))
                .isEqualTo(Map.of("t", version < 2 ? Errors.INVALID_PRODUCER_EPOCH : Errors.PRODUCER_FENCED));
    }

    @Test
    void partitionsCanBeVerifiedWithoutBeingAdded() {
        InitProducerIdResponseData producer = init(5);
        assertThat(errors(4, add(4, producer, 0, true, "t"))).isEqualTo(Map.of("t", Errors.TRANSACTION_ABORTABLE));
        errors(4, add(4, producer, 0, false, "t"));
        assertThat(errors(4, add(4, producer, 0, true, "t"))).isEqualTo(Map.of("t", Errors.NONE));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void theEndIsToldWithTheNextEpochToThoseWhoExpectIt(int version) {
        InitProducerIdResponseData producer = init(5);
        errors(3, add(3, producer, 0, false, "t"));
        EndTxnRequestData end = new EndTxnRequestData()
                .setTransactionalId("tx")
                .setProducerId(producer.producerId())
                .setProducerEpoch((short) 0)
                .setCommitted(true);
        EndTxnResponseData answer = client.ask(ApiKeys.END_TXN, version, end);
        assertThat(answer.errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(answer.producerId()).isEqualTo(version < 5 ? -1 : producer.producerId());
        assertThat(answer.producerEpoch()).isEqualTo((short) (version < 5 ? -1 : 1));
        EndTxnResponseData again = TestClient.until(
                retry -> retry.errorCode() != Errors.CONCURRENT_TRANSACTIONS.code(),
                () -> client.<EndTxnResponseData>ask(ApiKeys.END_TXN, version, end));
        assertThat(again).isEqualTo(answer);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void offsetsOfATransactionAreCommittedOnceTheirPartitionIsPartOfIt(int version) {
        InitProducerIdResponseData producer = init(5);
        if (version < 5) {
            assertThat(commit(version, producer, "t"))
                    .isEqualTo(version < 4 ? Errors.INVALID_TXN_STATE : Errors.TRANSACTION_ABORTABLE);
            AddOffsetsToTxnResponseData added = client.ask(
                    ApiKeys.ADD_OFFSETS_TO_TXN,
                    3,
                    new AddOffsetsToTxnRequestData()
                            .setTransactionalId("tx")
                            .setGroupId("g")
                            .setProducerId(producer.producerId())
                            .setProducerEpoch((short) 0));
            assertThat(added.errorCode()).isZero();
        }
        assertThat(commit(version, producer, "t")).isEqualTo(Errors.NONE);
        assertThat(commit(version, producer, "lost")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    private Errors commit(int version, InitProducerIdResponseData producer, String topic) {
        TxnOffsetCommitResponseData answer = client.ask(
                ApiKeys.TXN_OFFSET_COMMIT,
                version,
                new TxnOffsetCommitRequestData()
                        .setTransactionalId("tx")
                        .setGroupId("g")
                        .setProducerId(producer.producerId())
                        .setProducerEpoch((short) 0)
                        .setTopics(List.of(new TxnOffsetCommitRequestTopic()
                                .setName(topic)
                                .setPartitions(List.of(new TxnOffsetCommitRequestPartition().setCommittedOffset(3))))));
        return Errors.forCode(answer.topics().get(0).partitions().get(0).errorCode());
    }

    @Test
    void offsetsNotYetDecidedAreUnstableForWhoWantsToKnow() {
        InitProducerIdResponseData producer = init(5);
        assertThat(commit(5, producer, "t")).isEqualTo(Errors.NONE);
        assertThat(fetch(true).errorCode()).isEqualTo(Errors.UNSTABLE_OFFSET_COMMIT.code());
        assertThat(fetch(false).committedOffset()).isEqualTo(-1);
        client.ask(
                ApiKeys.END_TXN,
                5,
                new EndTxnRequestData()
                        .setTransactionalId("tx")
                        .setProducerId(producer.producerId())
                        .setProducerEpoch((short) 0)
                        .setCommitted(true));
        TestClient.until(partition -> partition.committedOffset() == 3, () -> fetch(true));
    }

    private OffsetFetchResponsePartitions fetch(boolean requireStable) {
        OffsetFetchResponseData answer = client.ask(
                ApiKeys.OFFSET_FETCH,
                8,
                new OffsetFetchRequestData()
                        .setRequireStable(requireStable)
                        .setGroups(List.of(new OffsetFetchRequestGroup()
                                .setGroupId("g")
                                .setTopics(List.of(new OffsetFetchRequestTopics()
                                        .setName("t")
                                        .setPartitionIndexes(List.of(0)))))));
        return answer.groups().get(0).topics().get(0).partitions().get(0);
    }

    @Test
    void transactionsAreShownToWhoAsks() {
        InitProducerIdResponseData producer = init(5);
        errors(3, add(3, producer, 0, false, "t"));
        DescribeTransactionsResponseData described = client.ask(
                ApiKeys.DESCRIBE_TRANSACTIONS,
                0,
                new DescribeTransactionsRequestData().setTransactionalIds(List.of("tx", "lost")));
        assertThat(described.transactionStates())
                .extracting(DescribeTransactionsResponseData.TransactionState::errorCode)
                .containsExactly(Errors.NONE.code(), Errors.TRANSACTIONAL_ID_NOT_FOUND.code());
        assertThat(described.transactionStates().get(0).topics().find("t").partitions())
                .containsExactly(0);
        ListTransactionsResponseData listed =
                client.ask(ApiKeys.LIST_TRANSACTIONS, 2, new ListTransactionsRequestData());
        assertThat(listed.transactionStates()).hasSize(1);
        ListTransactionsResponseData refused = client.ask(
                ApiKeys.LIST_TRANSACTIONS, 2, new ListTransactionsRequestData().setTransactionalIdPattern("("));
        assertThat(refused.errorCode()).isEqualTo(Errors.INVALID_REGULAR_EXPRESSION.code());
    }
}
