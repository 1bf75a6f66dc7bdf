// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.telemetry;

import io.varve.core.runtime.Scheduler;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.api.WorkQueue;
import io.varve.server.telemetry.ClientTelemetry;
import io.varve.server.telemetry.ClientTelemetry.Push;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.message.PushTelemetryResponseData;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.requests.PushTelemetryRequest;
import org.apache.kafka.common.telemetry.internals.ClientTelemetryUtils;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;

/**
 * Keeps the metrics that clients push, decompressed up to a bound. Decodes one push at a time, on a thread of
 * its own: a push of 1 MiB can become 50 MB of objects.
 */
public final class PushTelemetryHandler implements ApiHandler {
    private final ClientTelemetry telemetry;
    private final WorkQueue decoding;

    /**
     * @param telemetry admits pushes, and keeps the metrics
     * @param scheduler gives the thread that decodes
     */
    public PushTelemetryHandler(ClientTelemetry telemetry, Scheduler scheduler) {
        this.telemetry = telemetry;
        decoding = new WorkQueue(scheduler, "pushed-metrics", 1);
    }

    @Override
    public CompletionStage<PushTelemetryResponseData> handle(Request request) {
        PushTelemetryRequestData pushed = ((PushTelemetryRequest) request.body()).data();
        Uuid id = pushed.clientInstanceId();
        if (id == null || Uuid.RESERVED.contains(id)) {
            throw new InvalidRequestException("There is no client instance " + id);
        }
        int bytes = pushed.metrics() == null ? 0 : pushed.metrics().remaining();
        CompressionType codec = codec(pushed.compressionType());
        telemetry.admit(
                id,
                TelemetrySender.of(request, id),
                new Push(pushed.subscriptionId(), pushed.terminating(), codec != null, bytes));
        if (bytes == 0) {
            return CompletableFuture.completedFuture(new PushTelemetryResponseData());
        }
        ByteBuffer metrics =
                ByteBuffer.allocate(bytes).put(pushed.metrics().slice()).flip(); // the request's memory goes first
        return CompletableFuture.supplyAsync(() -> kept(id, metrics, codec), decoding::add);
    }

    private PushTelemetryResponseData kept(Uuid id, ByteBuffer metrics, CompressionType codec) {
        try {
            telemetry.keep(id, decoded(metrics, codec));
        } catch (InvalidRecordException e) {
            telemetry.unreadable(id);
            throw e;
        }
        return new PushTelemetryResponseData();
    }

    private static CompressionType codec(byte id) {
        try {
            return CompressionType.forId(id);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static MetricsData decoded(ByteBuffer metrics, CompressionType codec) {
        try {
            return ClientTelemetryUtils.deserializeMetricsData(
                    codec == CompressionType.NONE
                            ? metrics
                            : ClientTelemetryUtils.decompress(metrics, codec, ClientTelemetry.MAX_BYTES));
        } catch (RuntimeException e) { // codecs and the parser have various ones for bytes they do not know
            throw new InvalidRecordException("The metrics cannot be read: " + e.getMessage());
        }
    }
}
