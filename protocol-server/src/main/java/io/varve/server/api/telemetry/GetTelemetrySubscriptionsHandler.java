// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.telemetry;

import io.varve.core.runtime.Ids;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.log.TopicIds;
import io.varve.server.telemetry.ClientTelemetry;
import io.varve.server.telemetry.WantedMetrics;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsResponseData;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.requests.GetTelemetrySubscriptionsRequest;

/** Tells clients which of their metrics to push, and how often. */
public final class GetTelemetrySubscriptionsHandler implements ApiHandler {
    private static final List<Byte> CODECS = List.of(
            CompressionType.ZSTD.id, CompressionType.LZ4.id, CompressionType.GZIP.id, CompressionType.SNAPPY.id);

    private final ClientTelemetry telemetry;
    private final Ids ids;

    /**
     * @param telemetry what is asked of clients
     * @param ids makes the ids of clients
     */
    public GetTelemetrySubscriptionsHandler(ClientTelemetry telemetry, Ids ids) {
        this.telemetry = telemetry;
        this.ids = ids;
    }

    @Override
    public CompletionStage<GetTelemetrySubscriptionsResponseData> handle(Request request) {
        GetTelemetrySubscriptionsRequestData asked = ((GetTelemetrySubscriptionsRequest) request.body()).data();
        Uuid known = asked.clientInstanceId();
        Uuid id = known == null || known.equals(Uuid.ZERO_UUID) ? TopicIds.next(ids) : known;
        WantedMetrics wanted = telemetry.ask(id, TelemetrySender.of(request, id));
        return CompletableFuture.completedFuture(new GetTelemetrySubscriptionsResponseData()
                .setClientInstanceId(id)
                .setSubscriptionId(wanted.subscriptionId())
                .setRequestedMetrics(wanted.metrics())
                .setAcceptedCompressionTypes(CODECS)
                .setPushIntervalMs(wanted.intervalMs())
                .setTelemetryMaxBytes(ClientTelemetry.MAX_BYTES)
                .setDeltaTemporality(true));
    }
}
