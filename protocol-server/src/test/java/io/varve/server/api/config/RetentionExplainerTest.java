// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.retention.RetentionExplanation;
import io.varve.server.api.FilledNode;
import io.varve.server.api.HandlerExchange;
import io.varve.server.explanation.ExplanationJson;
import io.varve.server.explanation.ExplanationRequest;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetentionExplainerTest {
    private static final byte TOPIC = ConfigResource.Type.TOPIC.id();

    private final FilledNode filled = new FilledNode();

    @AfterEach
    void close() {
        filled.close();
    }

    @Test
    void alteringSettingsTheOldWayReleasesNoHold() {
        filled.set("t", Map.of("varve.hold.audit", "0:4-6", "retention.ms", "5"));
        AlterConfigsRequestData asked = new AlterConfigsRequestData();
        asked.resources()
                .add(new AlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(TOPIC)
                        .setResourceName("t"));
        AlterConfigsResponseData response = HandlerExchange.of(filled.context(), ApiKeys.ALTER_CONFIGS, 2, asked);
        assertThat(response.responses().get(0).errorCode()).isZero();
        assertThat(filled.node.metadata.byName("t").configs()).containsExactly(Map.entry("varve.hold.audit", "0:4-6"));
    }

    private DescribeConfigsResult ask(int version, String resource) {
        DescribeConfigsRequestData asked = new DescribeConfigsRequestData();
        asked.resources()
                .add(new DescribeConfigsResource()
                        .setResourceType(TOPIC)
                        .setResourceName(resource)
                        .setConfigurationKeys(null));
        DescribeConfigsResponseData response =
                HandlerExchange.of(filled.context(), ApiKeys.DESCRIBE_CONFIGS, version, asked);
        return response.results().get(0);
    }

    private List<RetentionExplanation> explain(int partition, Map<String, String> settings) {
        String resource = new ExplanationRequest("t", partition, settings).resourceName();
        DescribeConfigsResult result = ask(4, resource);
        assertThat(result.errorMessage()).isEmpty();
        assertThat(result.resourceName()).isEqualTo(resource);
        assertThat(result.configs()).singleElement().satisfies(config -> {
            assertThat(config.name()).isEqualTo(ExplanationRequest.KEY);
            assertThat(config.readOnly()).isTrue();
        });
        return ExplanationJson.read(result.configs().get(0).value());
    }

    @Test
    void explainsItsRetentionAndWhatItWouldBe() {
        List<RetentionExplanation> all = explain(ExplanationRequest.ALL, Map.of());
        assertThat(all).hasSize(2);
        RetentionExplanation explained = all.get(0);
        assertThat(explained.partition()).isEqualTo(filled.log("t", 0).id());
        assertThat(explained.firstTimestamps()).containsExactly(1_000L);
        assertThat(explained.plan().fates()).hasSize(1);
        assertThat(explained.plan().newStart()).as("all records are of 1970").isEqualTo(10);

        List<RetentionExplanation> tried = explain(0, Map.of("retention.ms", "-1", "varve.hold.a", "*:2-3"));
        assertThat(tried).hasSize(1);
        assertThat(tried.get(0).plan().newStart()).isZero();
        assertThat(tried.get(0).rules().limits().holds()).hasSize(1);
        assertThat(filled.node.metadata.byName("t").configs()).isEmpty();
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
}
