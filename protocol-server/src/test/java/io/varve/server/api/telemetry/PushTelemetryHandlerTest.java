// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.server.api.HandlerExchange;
import io.varve.server.api.NodeHandlers;
import io.varve.server.api.table.HandlerContext;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.telemetry.ClientTelemetry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsResponseData;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.message.PushTelemetryResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PushTelemetryHandlerTest {
    private final MetadataFixture node = new MetadataFixture(5);
    private HandlerContext context;
    private GetTelemetrySubscriptionsResponseData asked;

    @BeforeEach
    void ask() {
        node.start();
        ClusterInfo self = new ClusterInfo(node.metadata.clusterId(), 1, "here.example", 9092, null);
        context = NodeHandlers.context(node, self, GroupsConfig.parse(Map.of()));
        asked = HandlerExchange.of(
                context, ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, 0, new GetTelemetrySubscriptionsRequestData());
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void aClientGetsAnIdWithWhichItPushes() throws IOException {
        assertThat(asked.clientInstanceId()).isNotEqualTo(Uuid.ZERO_UUID);
        assertThat(asked.telemetryMaxBytes()).isEqualTo(ClientTelemetry.MAX_BYTES);
        assertThat(push(CompressionType.GZIP, gzip(0)).errorCode()).isZero();
    }

    @Test
    void whatIsNoMetricsIsRefused() {
        assertThatThrownBy(() -> push(CompressionType.NONE, new byte[] {-1, -1, -1}))
                .isInstanceOf(InvalidRecordException.class);
    }

    @Test
    void whatIsNotCompressedAsItSaysIsRefused() {
        assertThatThrownBy(() -> push(CompressionType.ZSTD, new byte[100])).isInstanceOf(InvalidRecordException.class);
    }

    @Test
    void whatBecomesTooLargeIsRefused() {
        assertThatThrownBy(() -> push(CompressionType.GZIP, gzip(100 << 20)))
                .isInstanceOf(InvalidRecordException.class)
                .hasMessageContaining("exceed");
    }

    @Test
    void aReservedIdIsRefused() {
        assertThatThrownBy(() -> push(new PushTelemetryRequestData())).isInstanceOf(InvalidRequestException.class);
    }

    private static byte[] gzip(int zeros) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(new byte[zeros]);
        }
        return bytes.toByteArray();
    }

    private PushTelemetryResponseData push(CompressionType codec, byte[] metrics) {
        return push(new PushTelemetryRequestData()
                .setClientInstanceId(asked.clientInstanceId())
                .setSubscriptionId(asked.subscriptionId())
                .setCompressionType(codec.id)
                .setMetrics(ByteBuffer.wrap(metrics)));
    }

    private PushTelemetryResponseData push(PushTelemetryRequestData pushed) {
        return HandlerExchange.of(context, ApiKeys.PUSH_TELEMETRY, 0, pushed);
    }
}
