// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.transaction.VerificationGuard;
import io.varve.server.api.LogFixture;
import io.varve.server.metadata.topic.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FetchWaitTest {
    /** The last version that names topics by name. */
    private static final int VERSION = 12;

    private static final int PARTITIONS = 200;
    private static final int MAX_WAIT_MS = 10_000;
    private static final byte READ_COMMITTED = 1;

    private final LogFixture logs = new LogFixture();
    private final Topic topic = logs.create("t", PARTITIONS);

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(logs.openSlices).hasValue(0);
        assertThat(logs.connection.leftovers()).isZero();
    }

    @Test
    void aWakeReadsOnlyThePartitionsThatWoke() {
        logs.fill(topic.partition(3), "a");
        CompletableFuture<ApiMessage> answer = send(request(0).setMinBytes(300));
        assertThat(answer).isNotDone();
        logs.lookUps.set(0);

        logs.fill(topic.partition(7), "b".repeat(300));
        logs.connection.runLoop();

        List<PartitionData> partitions = partitions(answer);
        assertThat(logs.lookUps.get()).as("partitions looked at").isLessThan(10);
        assertThat(partitions).hasSize(PARTITIONS);
        for (int i = 0; i < PARTITIONS; i++) {
            assertThat(partitions.get(i).partitionIndex()).isEqualTo(i);
            boolean filled = i == 3 || i == 7;
            assertThat(partitions.get(i).records().sizeInBytes() > 0).isEqualTo(filled);
            assertThat(partitions.get(i).highWatermark()).isEqualTo(filled ? 1 : 0);
        }
    }

    @Test
    void theEndOfTheWaitReadsWhatRoseInVain() {
        CompletableFuture<ApiMessage> answer = send(request(0).setMinBytes(300));
        logs.fill(topic.partition(5), "a");
        logs.connection.runLoop();
        assertThat(answer).isNotDone();
        logs.time.advance(MAX_WAIT_MS);
        PartitionData found = partitions(answer).get(5);
        assertThat(found.highWatermark()).isEqualTo(1);
        assertThat(found.records().sizeInBytes()).isPositive();
    }

    @Test
    void theEndOfTheWaitReadsWhatRoseJustBefore() {
        CompletableFuture<ApiMessage> answer = send(request(0));
        logs.fill(topic.partition(5), "a");
        logs.time.advance(MAX_WAIT_MS); // the event loop has not seen the wake-up
        assertThat(partitions(answer).get(5).records().sizeInBytes()).isPositive();
        logs.connection.runLoop();
    }

    @Test
    void tellsAHighWatermarkThatRoseAboveAnOpenTransaction() {
        CompletableFuture<ApiMessage> answer = send(request(0).setIsolationLevel(READ_COMMITTED));
        PartitionLog log = topic.partition(9);
        VerificationGuard guard = log.producers().startVerification(42, (short) 0, 0, false);
        MemoryRecords open = MemoryRecords.withTransactionalRecords(
                Compression.NONE, 42, (short) 0, 0, new SimpleRecord(logs.time.millis(), null, new byte[10]));
        log.appender().append(open.buffer(), AppendOrigin.CLIENT, guard);
        logs.commit();
        logs.connection.runLoop();
        assertThat(answer).isNotDone();

        logs.time.advance(MAX_WAIT_MS);
        PartitionData found = partitions(answer).get(9);
        assertThat(found.highWatermark()).isEqualTo(1);
        assertThat(found.lastStableOffset()).isZero();
        assertThat(found.records().sizeInBytes()).isZero();
    }

    private static List<PartitionData> partitions(CompletableFuture<ApiMessage> answer) {
        assertThat(answer).isDone();
        return ((FetchResponseData) answer.join()).responses().get(0).partitions();
    }

    private CompletableFuture<ApiMessage> send(FetchRequestData request) {
        return logs.send(ApiKeys.FETCH, VERSION, request);
    }

    private static FetchRequestData request(long offset) {
        List<FetchPartition> partitions = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            partitions.add(
                    new FetchPartition().setPartition(i).setFetchOffset(offset).setPartitionMaxBytes(1 << 20));
        }
        return new FetchRequestData()
                .setMaxWaitMs(MAX_WAIT_MS)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setTopics(List.of(new FetchTopic().setTopic("t").setPartitions(partitions)));
    }
}
