// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.varve.core.compaction.CompactionLimits;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.record.Codec;
import io.varve.core.record.Compressor;
import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.log.MetadataException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests how topics' settings and the broker's defaults are checked, shown and turned into partitions'
 * configurations.
 */
class TopicConfigsTest {
    private static final TopicConfigs KAFKA = configured(Map.of());
    private static final Uuid ID = new Uuid(3, 5);

    private static TopicConfigs configured(Map<String, String> logDefaults) {
        MetadataConfig config = MetadataConfig.defaults(1).withLogDefaults(logDefaults);
        return new TopicConfigs(config.logDefaults(), config.batches(), false);
    }

    @Test
    void hasKafkasDefaultsWhenNothingIsSet() {
        assertThat(KAFKA.partitionConfig(Map.of())).isEqualTo(PartitionConfig.DEFAULT);
    }

    /** What Kafka allows must not fail here by accident, and what it refuses must be told as it tells it. */
    @Test
    void everyExtremeValueIsTakenOrRefusedByName() {
        List<String> extremes = List.of(
                "-9223372036854775808",
                "-2147483648",
                "-3",
                "-2",
                "-1",
                "0",
                "1",
                "2147483647",
                "9223372036854775807",
                "NaN",
                "");
        for (String key : LogConfig.configNames()) {
            for (String value : extremes) {
                Map<String, String> settings = Map.of(key, value);
                try {
                    KAFKA.validate(Map.of(), settings);
                } catch (InvalidConfigurationException e) {
                    assertThat(e).as(key + "=" + value).hasMessageContaining(key.replace("internal.", ""));
                    continue;
                }
                assertThatCode(() -> KAFKA.partitionConfigs(settings).of(ID, 1))
                        .as(key + "=" + value)
                        .doesNotThrowAnyException();
            }
        }
    }

    @Test
    void anyNumberOfBytesBelowZeroIsNoLimit() {
        assertThat(KAFKA.partitionConfig(Map.of("retention.bytes", "-2"))
                        .retention()
                        .retentionBytes())
                .isEqualTo(-1);
        assertThat(configured(Map.of("log.retention.bytes", "-7"))
                        .partitionConfig(Map.of())
                        .retention()
                        .retentionBytes())
                .isEqualTo(-1);
    }

    @Test
    void prefersTheTopicsSettingToTheBrokersAndItsFinestUnit() {
        TopicConfigs configs = configured(
                Map.of("log.roll.hours", "2", "log.retention.hours", "1", "log.retention.minutes", "3", "other", "x"));
        assertThat(configs.partitionConfig(Map.of("retention.ms", "-1"))
                        .segments()
                        .segmentMs())
                .isEqualTo(7_200_000);
        assertThat(configs.partitionConfig(Map.of("segment.ms", "5")).segments().segmentMs())
                .isEqualTo(5);
        assertThat(configs.value("retention.ms", Map.of())).isEqualTo("180000");
        assertThat(configs.settings(Map.of("segment.ms", "5")))
                .filteredOn(setting -> setting.key().name.equals("segment.ms"))
                .singleElement()
                .satisfies(setting -> {
                    assertThat(setting.source()).isEqualTo(ConfigEntry.Source.TOPIC);
                    assertThat(setting.synonyms())
                            .extracting(ConfigEntry.Synonym::name, ConfigEntry.Synonym::value)
                            .containsExactly(
                                    tuple("segment.ms", "5"),
                                    tuple("log.roll.hours", "2"),
                                    tuple("log.roll.hours", "168"));
                });
    }

    @Test
    void appliesTheBrokersDefaultsToAPartition() {
        PartitionConfig config = configured(Map.of(
                        "message.max.bytes", "10",
                        "log.segment.bytes", "2000000",
                        "log.index.size.max.bytes", "100",
                        "log.index.interval.bytes", "7",
                        "log.message.timestamp.type", "LogAppendTime",
                        "log.message.timestamp.before.max.ms", "8",
                        "log.message.timestamp.after.max.ms", "9",
                        "log.cleanup.policy", "compact,delete"))
                .partitionConfig(Map.of());
        assertThat(config.maxMessageBytes()).isEqualTo(10);
        assertThat(config.segments().segmentBytes()).isEqualTo(2_000_000);
        assertThat(config.segments().indexMaxBytes()).isEqualTo(100);
        assertThat(config.segments().indexIntervalBytes()).isEqualTo(7);
        assertThat(config.logAppendTime()).isTrue();
        assertThat(config.timestampBeforeMaxMs()).isEqualTo(8);
        assertThat(config.timestampAfterMaxMs()).isEqualTo(9);
        assertThat(config.compacted()).isTrue();
    }

    @Test
    void appliesCompactionSettingsAndEndsSegmentsInTimeForThem() {
        TopicConfigs topics = configured(Map.of(
                "log.cleaner.min.cleanable.ratio", "0.25",
                "log.cleaner.min.compaction.lag.ms", "7",
                "log.cleaner.max.compaction.lag.ms", "8000",
                "log.cleaner.delete.retention.ms", "9"));
        PartitionConfig compacted = topics.partitionConfig(Map.of("cleanup.policy", "compact"));
        assertThat(compacted.compaction()).isEqualTo(new CompactionLimits(true, 0.25, 7, 8000, 9));
        assertThat(compacted.segments().segmentMs()).isEqualTo(8000);
        PartitionConfig deleted = topics.partitionConfig(Map.of());
        assertThat(deleted.compaction().enabled()).isFalse();
        assertThat(deleted.segments().segmentMs()).isEqualTo(604_800_000);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    retention.ms                  | 1000
                    retention.ms                  | -1
                    cleanup.policy                | compact
                    cleanup.policy                | 'compact,delete'
                    compression.type              | zstd
                    message.timestamp.type        | LogAppendTime
                    segment.bytes                 | 1048576
                    min.insync.replicas           | 2
                    """)
    void acceptsWhatKafkaAccepts(String key, String value) {
        assertThatCode(() -> KAFKA.validate(Map.of(), Map.of(key, value))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    retention.msx                 | 1000
                    retention.ms                  | soon
                    retention.ms                  | -2
                    cleanup.policy                | shred
                    compression.type              | rar
                    message.timestamp.type        | Whenever
                    segment.bytes                 | 13
                    max.message.bytes             | -1
                    min.cleanable.dirty.ratio     | 1.5
                    unclean.leader.election.enable| perhaps
                    remote.storage.enable         | true
                    """)
    void refusesWhatKafkaRefusesNamingTheKey(String key, String value) {
        assertThatThrownBy(() -> KAFKA.validate(Map.of(), Map.of(key, value)))
                .isInstanceOf(InvalidConfigurationException.class)
                .satisfies(
                        e -> assertThat(e.getMessage()).containsAnyOf(key, "Tiered Storage functionality is disabled"));
    }

    @Test
    void keepsForeverWhenTheBrokersHoursAreNegative() {
        TopicConfigs configs = configured(Map.of("log.retention.hours", "-1"));
        assertThat(configs.value("retention.ms", Map.of())).isEqualTo("-1");
    }

    @ParameterizedTest
    @CsvSource({"log.retention.hours,x", "log.segment.bytes,13", "log.cleanup.policy,shred", "message.max.bytes,-5"})
    void refusesABrokerDefaultNamingTheBrokersKeyAndValue(String key, String value) {
        assertThatThrownBy(() -> configured(Map.of(key, value)))
                .isInstanceOf(MetadataException.class)
                .hasMessageStartingWith(key + "=" + value + " is wrong: ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void configuresHowPartitionsCompress() {
        TopicConfigs configs = configured(Map.of("compression.type", "lz4"));
        assertThat(configs.partitionConfig(Map.of()).batches().compressor()).isEqualTo(new Compressor(Codec.LZ4, 9));
        assertThat(configs.partitionConfig(Map.of("compression.type", "zstd", "compression.zstd.level", "7"))
                        .batches()
                        .compressor())
                .isEqualTo(new Compressor(Codec.ZSTD, 7));
        assertThat(configs.partitionConfig(Map.of("compression.type", "producer"))
                        .batches()
                        .compressor())
                .isNull();
    }

    @Test
    void givesEachPartitionAJitterOfItsOwnThatStays() {
        PartitionConfigs configs =
                KAFKA.partitionConfigs(Map.of("segment.ms", "1000", "segment.jitter.ms", "600", "retention.ms", "-1"));
        List<Long> spans = IntStream.range(0, 100)
                .mapToObj(partition -> configs.of(ID, partition).segments().segmentMs())
                .toList();
        assertThat(spans).allSatisfy(span -> assertThat(span).isBetween(400L, 1000L));
        assertThat(Set.copyOf(spans)).hasSizeGreaterThan(50);
        assertThat(configs.of(ID, 7)).isEqualTo(configs.of(ID, 7));
    }

    @Test
    void endsSegmentsWithinTheTimeThatRetentionKeeps() {
        assertThat(segmentMs("retention.ms", "600000")).isEqualTo(600_000);
        assertThat(segmentMs("retention.ms", "1")).isEqualTo(60_000);
        assertThat(segmentMs("retention.ms", "-1")).isEqualTo(7L * 24 * 3600 * 1000);
        assertThat(segmentMs("cleanup.policy", "compact")).isEqualTo(7L * 24 * 3600 * 1000);
    }

    private static long segmentMs(String key, String value) {
        return KAFKA.partitionConfig(Map.of(key, value)).segments().segmentMs();
    }
}
