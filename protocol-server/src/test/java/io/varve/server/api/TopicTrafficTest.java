// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.NotedMetrics;
import org.junit.jupiter.api.Test;

class TopicTrafficTest {
    private final LogFixture logs = new LogFixture();
    private final NotedMetrics metrics = new NotedMetrics();

    @Test
    void countsByTopicWhatIsStillThere() {
        metrics.read(logs.traffic::read);
        logs.create("orders", 1);
        logs.traffic.received("orders", 3, 100);
        logs.traffic.received("orders", 1, 20);
        logs.traffic.sent("orders", 240);
        logs.traffic.received("never-there", 1, 1);
        assertThat(metrics.value("varve_topic_received_records_total", "orders"))
                .isEqualTo(4);
        assertThat(metrics.value("varve_topic_received_bytes_total", "orders")).isEqualTo(120);
        assertThat(metrics.value("varve_topic_sent_bytes_total", "orders")).isEqualTo(240);
        assertThat(metrics.knows("varve_topic_sent_bytes_total", "never-there")).isFalse();
    }

    /** Also where nobody reads the counts. */
    @Test
    void aDeletedTopicsCountsAreForgottenAtOnce() {
        metrics.read(logs.traffic::read);
        logs.create("orders", 1);
        logs.traffic.received("orders", 3, 100);
        logs.delete("orders");
        logs.create("orders", 1);
        assertThat(metrics.knows("varve_topic_received_records_total", "orders"))
                .isFalse();
    }
}
