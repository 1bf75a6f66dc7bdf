// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.retention.RetentionExplanation;
import io.varve.server.api.topic.TopicHandlers;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.metadata.config.ConfigChange;
import io.varve.server.metadata.topic.NewTopic;
import io.varve.server.metadata.topic.TopicRef;
import io.varve.server.retention.ExplanationJson;
import io.varve.server.retention.RetentionQuestion;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopicCollection;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionApisTest {
    private static final byte TOPIC = ConfigResource.Type.TOPIC.id();
    private static final Path DATA = Path.of("/data");
    private static final Path OTHER = Path.of("/other");

    private final MetadataFixture node = new MetadataFixture(23);
    private final List<ApiHandler> handlers = new ArrayList<>();

    @BeforeEach
    void start() {
        node.start();
        LogEngine engine = node.engine;
        handlers.addAll(RetentionApis.handlers(node.metadata, engine, List.of(DATA, OTHER)));
        handlers.addAll(TopicHandlers.all(
                node.metadata,
                () -> new ClusterInfo(node.metadata.clusterId(), 1, "here.example", 9092, null),
                GroupsConfig.parse(Map.of()),
                RetentionApis.questions(node.metadata, node.metadata.topicConfigs(), engine)));
        create("t", Map.of());
        fill("t", 0, 10);
    }

    @AfterEach
    void close() {
        node.close();
    }

    private void create(String name, Map<String, String> configs) {
        MetadataFixture.await(node.metadata.createTopics(List.of(new NewTopic(name, 2, 1, Map.of(), configs)), false));
    }

    private PartitionLog log(String topic, int partition) {
        return node.metadata.byName(topic).partition(partition);
    }

    private void fill(String topic, int partition, int records) {
        PartitionLog log = log(topic, partition);
        for (int i = 0; i < records; i++) {
            ByteBuffer batch = MemoryRecords.withRecords(
                            Compression.NONE, new SimpleRecord(1_000, "k".getBytes(), new byte[100]))
                    .buffer();
            log.append(batch, AppendOrigin.CLIENT);
        }
        CompletableFuture<Void> visible = new CompletableFuture<>();
        log.awaitHighWatermark(log.logEndOffset(), failure -> visible.complete(null));
        MetadataFixture.await(visible);
    }

    private ApiHandler handler(ApiKeys api) {
        return handlers.stream().filter(h -> h.api() == api).findFirst().orElseThrow();
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
        DeleteRecordsResponseData response = HandlerExchange.of(handler(ApiKeys.DELETE_RECORDS), version, asked);
        assertThat(response.topics().find(topic).partitions()).hasSize(1);
        return response.topics().find(topic).partitions().find(partition);
    }

    private void assertRefused(Errors error, String topic, int partition, long offset) {
        DeleteRecordsPartitionResult result = delete(2, topic, partition, offset);
        assertThat(Errors.forCode(result.errorCode())).isEqualTo(error);
        assertThat(result.lowWatermark()).isEqualTo(-1);
    }

    private void set(String topic, Map<String, String> settings) {
        MetadataFixture.await(
                        node.metadata.alterConfigs(List.of(ConfigChange.ofTopic(topic, before -> settings)), false))
                .forEach(outcome -> assertThat(outcome.isSuccess()).isTrue());
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
        assertThat(log("t", 0).logStartOffset()).isEqualTo(10);
    }

    /** There are no followers to wait for: what is asked for is done, or refused for what it is. */
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
        assertThat(log("t", 0).logStartOffset()).isEqualTo(4);
    }

    @Test
    void theNewStartSurvivesAPowerCut() {
        assertThat(delete(2, "t", 0, 4).lowWatermark()).isEqualTo(4);
        node.crash();
        node.start();
        assertThat(log("t", 0).logStartOffset()).isEqualTo(4);
        assertThat(log("t", 0).logEndOffset()).isEqualTo(10);
    }

    @Test
    void refusesToDeleteRecordsAsKafkaDoes() {
        assertRefused(Errors.OFFSET_OUT_OF_RANGE, "t", 0, 11);
        assertRefused(Errors.OFFSET_OUT_OF_RANGE, "t", 0, -2);
        assertRefused(Errors.UNKNOWN_TOPIC_OR_PARTITION, "t", 2, 1);
        assertRefused(Errors.UNKNOWN_TOPIC_OR_PARTITION, "none", 0, 1);
        assertRefused(Errors.INVALID_TOPIC_EXCEPTION, "__consumer_offsets", 0, 1);
        create("compacted", Map.of("cleanup.policy", "compact"));
        assertRefused(Errors.POLICY_VIOLATION, "compacted", 0, 0);
        create("both", Map.of("cleanup.policy", "compact,delete"));
        assertThat(delete(2, "both", 0, 0).errorCode()).isZero();
    }

    @Test
    void refusesToDeleteWhatIsHeldUntilItIsReleased() {
        set("t", Map.of("varve.hold.audit", "0:4-6"));
        assertRefused(Errors.POLICY_VIOLATION, "t", 0, 5);
        assertThat(delete(2, "t", 0, 4).lowWatermark()).isEqualTo(4);
        assertThat(MetadataFixture.await(node.metadata.deleteTopics(List.of(new TopicRef("t", Uuid.ZERO_UUID))))
                        .get(0)
                        .error()
                        .error())
                .isEqualTo(Errors.POLICY_VIOLATION);
        node.crash();
        node.start();
        assertThat(log("t", 0).config().retention().holds()).hasSize(1);
        set("t", Map.of());
        assertThat(log("t", 0).config().retention().holds()).isEmpty();
    }

    @Test
    void alteringSettingsTheOldWayReleasesNoHold() {
        set("t", Map.of("varve.hold.audit", "0:4-6", "retention.ms", "5"));
        AlterConfigsRequestData asked = new AlterConfigsRequestData();
        asked.resources()
                .add(new AlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(TOPIC)
                        .setResourceName("t"));
        AlterConfigsResponseData response = HandlerExchange.of(handler(ApiKeys.ALTER_CONFIGS), 2, asked);
        assertThat(response.responses().get(0).errorCode()).isZero();
        assertThat(node.metadata.byName("t").configs()).containsExactly(Map.entry("varve.hold.audit", "0:4-6"));
    }

    private DescribeConfigsResult ask(int version, String resource) {
        DescribeConfigsRequestData asked = new DescribeConfigsRequestData();
        asked.resources()
                .add(new DescribeConfigsResource()
                        .setResourceType(TOPIC)
                        .setResourceName(resource)
                        .setConfigurationKeys(null));
        DescribeConfigsResponseData response = HandlerExchange.of(handler(ApiKeys.DESCRIBE_CONFIGS), version, asked);
        return response.results().get(0);
    }

    private List<RetentionExplanation> explain(int partition, Map<String, String> settings) {
        String resource = new RetentionQuestion("t", partition, settings).resource();
        DescribeConfigsResult result = ask(4, resource);
        assertThat(result.errorMessage()).isNull();
        assertThat(result.resourceName()).isEqualTo(resource);
        assertThat(result.configs()).singleElement().satisfies(config -> {
            assertThat(config.name()).isEqualTo(RetentionQuestion.KEY);
            assertThat(config.readOnly()).isTrue();
        });
        return ExplanationJson.read(result.configs().get(0).value());
    }

    @Test
    void explainsItsRetentionAndWhatItWouldBe() {
        List<RetentionExplanation> all = explain(RetentionQuestion.ALL, Map.of());
        assertThat(all).hasSize(2);
        RetentionExplanation explained = all.get(0);
        assertThat(explained.partition()).isEqualTo(log("t", 0).id());
        assertThat(explained.firstTimestamps()).containsExactly(1_000L);
        assertThat(explained.plan().fates()).hasSize(1);
        assertThat(explained.plan().newStart()).as("all records are of 1970").isEqualTo(10);

        List<RetentionExplanation> tried = explain(0, Map.of("retention.ms", "-1", "varve.hold.a", "*:2-3"));
        assertThat(tried).hasSize(1);
        assertThat(tried.get(0).plan().newStart()).isZero();
        assertThat(tried.get(0).rules().limits().holds()).hasSize(1);
        assertThat(node.metadata.byName("t").configs()).isEmpty();
    }

    @Test
    void explainsWithoutDisturbingWhoAsksForSettings() {
        assertThat(ask(4, "t").configs())
                .extracting(DescribeConfigsResourceResult::name)
                .noneMatch(name -> name.startsWith("varve."));
        for (int version = 1; version <= 4; version++) {
            assertThat(ask(version, "t?varve.retention.explanation").errorCode())
                    .isZero();
        }
    }

    @Test
    void refusesQuestionsThatMakeNoSense() {
        String question = "t?varve.retention.explanation";
        assertThat(Errors.forCode(ask(4, question + "&retention.ms=x").errorCode()))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(ask(4, question + "&nonsense=1").errorMessage()).contains("nonsense");
        assertThat(Errors.forCode(ask(4, question + "&partition=x").errorCode()))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(Errors.forCode(ask(4, question + "&partition=7").errorCode()))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(Errors.forCode(ask(4, "none?varve.retention.explanation").errorCode()))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(Errors.forCode(ask(4, "t?something.else").errorCode())).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    }

    @Test
    void describesLogDirsInEveryVersion() {
        for (int version = 1; version <= 5; version++) {
            DescribeLogDirsResponseData all = HandlerExchange.of(
                    handler(ApiKeys.DESCRIBE_LOG_DIRS), version, new DescribeLogDirsRequestData().setTopics(null));
            assertThat(all.results())
                    .extracting(DescribeLogDirsResponseData.DescribeLogDirsResult::logDir)
                    .containsExactly(DATA.toString(), OTHER.toString());
            assertThat(all.results().get(1).topics()).isEmpty();
            assertThat(all.results().get(0).topics()).singleElement().satisfies(topic -> {
                assertThat(topic.name()).isEqualTo("t");
                assertThat(topic.partitions()).hasSize(2);
                assertThat(topic.partitions().get(0).partitionSize())
                        .isEqualTo(log("t", 0).sizeInBytes());
            });
        }
        DescribableLogDirTopicCollection wanted = new DescribableLogDirTopicCollection();
        wanted.add(new DescribableLogDirTopic().setTopic("t").setPartitions(List.of(1, 5)));
        wanted.add(new DescribableLogDirTopic().setTopic("none").setPartitions(List.of(0)));
        DescribeLogDirsResponseData some = HandlerExchange.of(
                handler(ApiKeys.DESCRIBE_LOG_DIRS), 4, new DescribeLogDirsRequestData().setTopics(wanted));
        assertThat(some.results().get(0).topics().get(0).partitions()).hasSize(1);
    }
}
