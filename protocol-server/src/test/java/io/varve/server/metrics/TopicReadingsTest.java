// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.NotedMetrics;
import io.varve.core.spi.StorageException;
import io.varve.server.api.LogFixture;
import io.varve.server.metadata.topic.Topic;
import org.junit.jupiter.api.Test;

class TopicReadingsTest {
    private final LogFixture logs = new LogFixture();
    private final NotedMetrics metrics = new NotedMetrics();

    @Test
    void aPartitionThatCannotBeReadHidesNoOther() {
        metrics.read(new TopicReadings(logs));
        Topic bad = logs.create("bad", 1);
        Topic good = logs.create("good", 1);
        logs.fill(bad.partition(0), "value");
        logs.fill(good.partition(0), "value");
        logs.store(bad, 0).refuseSegments(new StorageException(StorageException.Kind.CORRUPT, "no index"));
        assertThat(metrics.value("varve_topic_segments", "good")).isEqualTo(1);
        assertThat(metrics.value("varve_partitions_unread")).isEqualTo(1);
        assertThat(metrics.knows("varve_topic_segments", "bad")).isFalse();
        assertThat(metrics.knows("varve_topic_uncommitted_records", "bad")).isFalse();
    }
}
