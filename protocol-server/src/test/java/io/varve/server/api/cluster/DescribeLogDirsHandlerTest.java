// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.api.FilledNode;
import io.varve.server.api.HandlerExchange;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopicCollection;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DescribeLogDirsHandlerTest {
    private static final Path DATA = Path.of("/data");
    private static final Path OTHER = Path.of("/other");

    private final FilledNode filled = new FilledNode();

    @AfterEach
    void close() {
        filled.close();
    }

    @Test
    void describesLogDirsInEveryVersion() {
        for (int version = 1; version <= 5; version++) {
            DescribeLogDirsResponseData all = HandlerExchange.of(
                    filled.context(),
                    ApiKeys.DESCRIBE_LOG_DIRS,
                    version,
                    new DescribeLogDirsRequestData().setTopics(null));
            assertThat(all.results())
                    .extracting(DescribeLogDirsResponseData.DescribeLogDirsResult::logDir)
                    .containsExactly(DATA.toString(), OTHER.toString());
            assertThat(all.results().get(1).topics()).isEmpty();
            assertThat(all.results().get(0).topics()).singleElement().satisfies(topic -> {
                assertThat(topic.name()).isEqualTo("t");
                assertThat(topic.partitions()).hasSize(2);
                assertThat(topic.partitions().get(0).partitionSize())
                        .isEqualTo(filled.log("t", 0).sizeInBytes());
            });
        }
        DescribableLogDirTopicCollection wanted = new DescribableLogDirTopicCollection();
        wanted.add(new DescribableLogDirTopic().setTopic("t").setPartitions(List.of(1, 5)));
        wanted.add(new DescribableLogDirTopic().setTopic("none").setPartitions(List.of(0)));
        DescribeLogDirsResponseData some = HandlerExchange.of(
                filled.context(), ApiKeys.DESCRIBE_LOG_DIRS, 4, new DescribeLogDirsRequestData().setTopics(wanted));
        assertThat(some.results().get(0).topics().get(0).partitions()).hasSize(1);
    }
}
