// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Ids;
import io.varve.core.runtime.VirtualTime;
import io.varve.server.api.LogFixture;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.quota.QuotaClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.FetchMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchSessionTest {
    private static final int SLOTS = 4;
    private static final int BY_ID = ApiKeys.FETCH.latestVersion();
    private static final int BY_NAME = 12;

    private final LogFixture logs = new LogFixture(new FetchConfig(1 << 20, SLOTS));
    private final Topic topic = logs.create("t", 6);

    /** A model of a consumer's session; it compares each response with the logs. */
    private final class Client {
        private final int version;
        private final Map<Integer, Long> wanted = new TreeMap<>();
        private final Map<Integer, Long> toldHighWatermark = new HashMap<>();
        private final Set<Integer> changed = new HashSet<>();
        private final Set<Integer> forgotten = new HashSet<>();
        private int sessionId;
        private int epoch;

        Client(int version) {
            this.version = version;
        }

        void want(int partition, long offset) {
            wanted.put(partition, offset);
            changed.add(partition);
            forgotten.remove(partition);
        }

        void forget(int partition) {
            if (wanted.remove(partition) != null) {
                changed.remove(partition);
                toldHighWatermark.remove(partition);
                forgotten.add(partition);
            }
        }

        void restart() {
            sessionId = 0;
            epoch = FetchMetadata.INITIAL_EPOCH;
        }

        void fetch() {
            boolean full = epoch == FetchMetadata.INITIAL_EPOCH;
            if (full) {
                changed.addAll(wanted.keySet());
                toldHighWatermark.clear();
            }
            FetchResponseData response = ask(version, request());
            Errors error = Errors.forCode(response.errorCode());
            if (error == Errors.FETCH_SESSION_ID_NOT_FOUND) {
                assertThat(full).isFalse();
                restart();
                return;
            }
            assertThat(error).isEqualTo(Errors.NONE);
            check(response, full);
            sessionId = response.sessionId();
            epoch = sessionId == 0 ? FetchMetadata.INITIAL_EPOCH : FetchMetadata.nextEpoch(epoch);
        }

        void fetchTooMuch() {
            Map<String, String> anyClient = Collections.singletonMap(ClientQuotaEntity.CLIENT_ID, null);
            logs.throttle.enforce(Map.of(new ClientQuotaEntity(anyClient), Map.of("consumer_byte_rate", 1.0)));
            logs.throttle.sent(new QuotaClient("ANONYMOUS", "test"), 1 << 20);
            FetchResponseData response = ask(version, request());
            logs.throttle.enforce(Map.of());
            if (Errors.forCode(response.errorCode()) == Errors.FETCH_SESSION_ID_NOT_FOUND) {
                restart();
                return;
            }
            assertThat(response.errorCode()).isZero();
            assertThat(response.responses()).isEmpty();
            assertThat(response.throttleTimeMs()).isPositive();
            assertThat(response.sessionId()).isEqualTo(sessionId);
            epoch = sessionId == 0 ? FetchMetadata.INITIAL_EPOCH : FetchMetadata.nextEpoch(epoch);
            changed.clear();
            forgotten.clear();
        }

        private void check(FetchResponseData response, boolean full) {
            Map<Integer, PartitionData> answers = new TreeMap<>();
            response.responses()
                    .forEach(answered -> answered.partitions()
                            .forEach(partition -> answers.put(partition.partitionIndex(), partition)));
            Set<Integer> expected = new HashSet<>();
            wanted.forEach((partition, offset) -> {
                long highWatermark = topic.partition(partition).highWatermark();
                boolean news =
                        highWatermark > offset || !Long.valueOf(highWatermark).equals(toldHighWatermark.get(partition));
                if (full || news) {
                    expected.add(partition);
                }
            });
            assertThat(answers.keySet()).isEqualTo(expected);
            changed.clear();
            forgotten.clear();
            answers.forEach((partition, answer) -> {
                toldHighWatermark.put(partition, answer.highWatermark());
                for (RecordBatch batch : ((MemoryRecords) answer.records()).batches()) {
                    assertThat(batch.baseOffset()).isEqualTo(wanted.get(partition));
                    want(partition, batch.nextOffset());
                }
                assertThat(wanted.get(partition)).isEqualTo(answer.highWatermark());
            });
        }

        private FetchRequestData request() {
            FetchTopic named = new FetchTopic().setTopic("t").setTopicId(topic.id());
            changed.forEach(partition -> named.partitions()
                    .add(new FetchPartition()
                            .setPartition(partition)
                            .setFetchOffset(wanted.get(partition))
                            .setPartitionMaxBytes(1 << 20)));
            FetchRequestData request = new FetchRequestData()
                    .setMaxWaitMs(0)
                    .setMinBytes(1)
                    .setMaxBytes(1 << 20)
                    .setSessionId(sessionId)
                    .setSessionEpoch(epoch);
            if (!changed.isEmpty()) {
                request.topics().add(named);
            }
            if (sessionId != 0 && !forgotten.isEmpty()) {
                request.forgottenTopicsData()
                        .add(new ForgottenTopic()
                                .setTopic("t")
                                .setTopicId(topic.id())
                                .setPartitions(new ArrayList<>(forgotten)));
            }
            return request;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anyInterleavingOfClientsGivesEachItsRecordsInOrderAndOnlyNews(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < SLOTS + 2; i++) {
            clients.add(new Client(i % 2 == 0 ? BY_ID : BY_NAME));
        }
        for (int step = 0; step < 3000; step++) {
            Client client = clients.get(random.nextInt(clients.size()));
            int partition = random.nextInt(topic.open().size());
            switch (random.nextInt(11)) {
                case 0, 1 -> logs.fill(topic.partition(partition), "v" + step);
                case 2 ->
                    client.want(
                            partition,
                            random.nextLong(topic.partition(partition).highWatermark() + 1));
                case 3 -> client.forget(partition);
                case 4 -> logs.time.advance(random.nextInt(60_000));
                case 5 -> {
                    if (!client.wanted.isEmpty()) {
                        client.fetchTooMuch();
                    }
                }
                case 6 -> {
                    if (random.nextInt(10) == 0) {
                        client.restart();
                    }
                }
                default -> {
                    if (!client.wanted.isEmpty()) {
                        client.fetch();
                    } else {
                        client.restart();
                    }
                }
            }
        }
        assertThat(logs.openSlices).hasValue(0);
    }

    @Test
    void anEpochOutOfTurnIsRefusedAndChangesNothing() {
        Client client = started();
        client.epoch = 5;
        assertThat(ask(BY_ID, client.request()).errorCode()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
        client.epoch = 1;
        client.fetch();
        assertThat(client.sessionId).isPositive();
    }

    @Test
    void aSessionStaysWithIdsOrNames() {
        Client client = started();
        assertThat(ask(BY_NAME, client.request()).errorCode()).isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR.code());
    }

    @Test
    void theFinalEpochEndsTheSession() {
        Client client = started();
        FetchRequestData request =
                new FetchRequestData().setSessionId(client.sessionId).setSessionEpoch(FetchMetadata.FINAL_EPOCH);
        assertThat(ask(BY_ID, request).sessionId()).isZero();
        assertThat(ask(BY_ID, client.request()).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
    }

    @Test
    void aSessionWithoutPartitionsEnds() {
        Client client = started();
        client.forget(0);
        assertThat(ask(BY_ID, client.request()).sessionId()).isZero();
        assertThat(ask(BY_ID, client.request()).errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
    }

    @Test
    void anErrorIsToldEachTimeAndItsEndToo() {
        Client client = started();
        client.want(9, 0);
        for (int i = 0; i < 2; i++) {
            FetchResponseData response = ask(BY_ID, client.request());
            PartitionData only = response.responses().get(0).partitions().get(0);
            assertThat(only.errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
            client.changed.clear();
            client.epoch++;
        }
    }

    @Test
    void aPartitionThatGaveRecordsGoesToTheEndOfTheLine() {
        for (int i = 0; i < 50; i++) {
            logs.fill(topic.partition(0), "x".repeat(1000));
        }
        logs.fill(topic.partition(1), "a");
        logs.fill(topic.partition(2), "b");
        Client client = new Client(BY_ID);
        List<Integer> served = new ArrayList<>();
        for (int partition = 0; partition < 3; partition++) {
            client.want(partition, 0);
        }
        for (int i = 0; i < 3; i++) {
            FetchResponseData response = ask(BY_ID, client.request().setMaxBytes(1000));
            for (PartitionData partition : response.responses().get(0).partitions()) {
                if (partition.records().sizeInBytes() > 0) {
                    served.add(partition.partitionIndex());
                    client.want(partition.partitionIndex(), 1);
                }
            }
            client.sessionId = response.sessionId();
            client.epoch++;
        }
        assertThat(served).startsWith(0, 1, 2);
    }

    @Test
    void slotsGoFirstToIdleSessionsThenToLargerOnesThenToNobody() {
        VirtualTime time = new VirtualTime(0);
        FetchSessions sessions = new FetchSessions(2, time, Ids.seeded(1));
        int first = open(sessions, 2);
        int second = open(sessions, 3);
        assertThat(open(sessions, 9)).as("all in use and young").isZero();

        time.advance(120_001);
        int third = open(sessions, 1);
        assertThat(third).as("the least recently used one was idle").isPositive();
        assertThat(begins(sessions, first)).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(begins(sessions, second)).isEqualTo(Errors.NONE);

        assertThat(open(sessions, 3)).as("no more partitions than the old one").isZero();
        assertThat(open(sessions, 4)).as("more partitions than the old one").isPositive();
        assertThat(begins(sessions, second)).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(sessions.size()).isEqualTo(2);
    }

    @Test
    void noSlotsMeanNoSessions() {
        assertThat(open(new FetchSessions(0, new VirtualTime(0), Ids.seeded(1)), 3))
                .isZero();
    }

    @Test
    void aSessionThatGrowsTooLargeIsGone() {
        FetchSessions sessions = new FetchSessions(2, new VirtualTime(0), Ids.seeded(1));
        assertThat(open(sessions, FetchSessions.MAX_PARTITIONS + 1)).isZero();
        int id = open(sessions, FetchSessions.MAX_PARTITIONS);
        assertThat(id).isPositive();
        assertThat(adds(sessions, id, 1, FetchSessions.MAX_PARTITIONS - 1)).isEqualTo(Errors.NONE);
        assertThat(adds(sessions, id, 2, FetchSessions.MAX_PARTITIONS)).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(sessions.size()).isZero();
    }

    @Test
    void allSessionsTogetherHaveABound() {
        VirtualTime time = new VirtualTime(0);
        FetchSessions sessions = new FetchSessions(3, time, Ids.seeded(1));
        int first = open(sessions, 1);
        int second = open(sessions, FetchSessions.MAX_PARTITIONS - 1);
        assertThat(open(sessions, 1)).isZero();
        assertThat(adds(sessions, first, 1, 1)).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(open(sessions, 1)).isPositive();

        time.advance(120_001);
        assertThat(open(sessions, FetchSessions.MAX_PARTITIONS)).isPositive();
        assertThat(begins(sessions, second)).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(sessions.size()).isEqualTo(1);
    }

    private static Errors adds(FetchSessions sessions, int id, int epoch, int partition) {
        PartitionFetch fetch = new PartitionFetch(new PartitionRef("t", Uuid.ZERO_UUID, partition), 0, 1, -1, -1);
        FetchContext context = sessions.begin(new FetchMetadata(id, epoch), false, List.of(fetch), List.of());
        return context instanceof FetchContext.RefusedFetch refused ? refused.error() : Errors.NONE;
    }

    private static int open(FetchSessions sessions, int partitions) {
        List<PartitionFetch> fetches = new ArrayList<>();
        List<PartitionData> answers = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            fetches.add(new PartitionFetch(new PartitionRef("t", Uuid.ZERO_UUID, i), 0, 1, -1, -1));
            answers.add(new PartitionData().setRecords(MemoryRecords.EMPTY));
        }
        return sessions.open(false, fetches, answers);
    }

    private static Errors begins(FetchSessions sessions, int id) {
        FetchContext context = sessions.begin(new FetchMetadata(id, 1), false, List.of(), List.of());
        return context instanceof FetchContext.RefusedFetch refused ? refused.error() : Errors.NONE;
    }

    private Client started() {
        Client client = new Client(BY_ID);
        client.want(0, 0);
        client.fetch();
        assertThat(client.sessionId).isPositive();
        return client;
    }

    private FetchResponseData ask(int version, FetchRequestData request) {
        return logs.ask(ApiKeys.FETCH, version, request);
    }
}
