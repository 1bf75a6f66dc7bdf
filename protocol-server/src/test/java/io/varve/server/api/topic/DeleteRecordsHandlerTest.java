// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.api.FilledNode;
import io.varve.server.api.HandlerExchange;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.metadata.topic.TopicRef;
import io.varve.server.quota.MutationQuota;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeleteRecordsHandlerTest {
    private final FilledNode filled = new FilledNode();

    @AfterEach
    void close() {
        filled.close();
    }

    private DeleteRecordsPartitionResult delete(int version, String topic, int partition, long... offsets) {
        return delete(version, 30_000, topic, partition, offsets);
    }

    private DeleteRecordsPartitionResult delete(
            int version, int timeoutMs, String topic, int partition, long... offsets) {
        DeleteRecordsRequestData asked = new DeleteRecordsRequestData().setTimeoutMs(timeoutMs);
        asked.topics()
                .add(new DeleteRecordsTopic()
                        .setName(topic)
                        .setPartitions(LongStream.of(offsets)
                                .mapToObj(offset -> new DeleteRecordsPartition()
                                        .setPartitionIndex(partition)
                                        .setOffset(offset))
                                .toList()));
        DeleteRecordsResponseData response =
                HandlerExchange.of(filled.context(), ApiKeys.DELETE_RECORDS, version, asked);
        assertThat(response.topics().find(topic).partitions()).hasSize(1);
        return response.topics().find(topic).partitions().find(partition);
    }

    private void assertRefused(Errors error, String topic, int partition, long offset) {
        DeleteRecordsPartitionResult result = delete(2, topic, partition, offset);
        assertThat(Errors.forCode(result.errorCode())).isEqualTo(error);
        assertThat(result.lowWatermark()).isEqualTo(-1);
    }

    @Test
    void deletesRecordsInEveryVersion() {
        for (int version = 0; version <= 2; version++) {
            DeleteRecordsPartitionResult result = delete(version, "t", 0, 3 + version);
            assertThat(result.errorCode()).isZero();
            assertThat(result.lowWatermark()).isEqualTo(3 + version);
        }
        assertThat(delete(2, "t", 0, 1).lowWatermark()).isEqualTo(5);
        assertThat(delete(2, "t", 0, -1).lowWatermark()).isEqualTo(10);
        assertThat(filled.log("t", 0).logStartOffset()).isEqualTo(10);
    }

    /** There are no followers to wait for: the time-out of a request has no effect. */
    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1})
    void noTimeOutRacesTheDeletion(int timeoutMs) {
        DeleteRecordsPartitionResult result = delete(2, timeoutMs, "t", 0, 3);
        assertThat(Errors.forCode(result.errorCode())).isEqualTo(Errors.NONE);
        assertThat(result.lowWatermark()).isEqualTo(3);
        assertThat(Errors.forCode(delete(2, timeoutMs, "t", 0, 11).errorCode())).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void aPartitionNamedTwiceIsOneAsItWasNamedLast() {
        assertThat(delete(2, "t", 0, 7, 4).lowWatermark()).isEqualTo(4);
        assertThat(filled.log("t", 0).logStartOffset()).isEqualTo(4);
    }

    @Test
    void theNewStartSurvivesAPowerCut() {
        assertThat(delete(2, "t", 0, 4).lowWatermark()).isEqualTo(4);
        filled.node.crash();
        filled.node.start();
        assertThat(filled.log("t", 0).logStartOffset()).isEqualTo(4);
        assertThat(filled.log("t", 0).logEndOffset()).isEqualTo(10);
    }

    @Test
    void refusesToDeleteRecordsAsKafkaDoes() {
        assertRefused(Errors.OFFSET_OUT_OF_RANGE, "t", 0, 11);
        assertRefused(Errors.OFFSET_OUT_OF_RANGE, "t", 0, -2);
        assertRefused(Errors.UNKNOWN_TOPIC_OR_PARTITION, "t", 2, 1);
        assertRefused(Errors.UNKNOWN_TOPIC_OR_PARTITION, "none", 0, 1);
        assertRefused(Errors.INVALID_TOPIC_EXCEPTION, "__consumer_offsets", 0, 1);
        filled.create("compacted", Map.of("cleanup.policy", "compact"));
        assertRefused(Errors.POLICY_VIOLATION, "compacted", 0, 0);
        filled.create("both", Map.of("cleanup.policy", "compact,delete"));
        assertThat(delete(2, "both", 0, 0).errorCode()).isZero();
    }

    @Test
    void refusesToDeleteWhatIsHeldUntilItIsReleased() {
        filled.set("t", Map.of("varve.hold.audit", "0:4-6"));
        assertRefused(Errors.POLICY_VIOLATION, "t", 0, 5);
        assertThat(delete(2, "t", 0, 4).lowWatermark()).isEqualTo(4);
        assertThat(MetadataFixture.await(filled.node.metadata.deleteTopics(
                                List.of(new TopicRef("t", Uuid.ZERO_UUID)), MutationQuota.UNBOUNDED))
                        .get(0)
                        .error()
                        .error())
                .isEqualTo(Errors.POLICY_VIOLATION);
        filled.node.crash();
        filled.node.start();
        assertThat(filled.log("t", 0).config().retention().holds()).hasSize(1);
        filled.set("t", Map.of());
        assertThat(filled.log("t", 0).config().retention().holds()).isEmpty();
    }
}
