// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.core.retention.RetentionExplanation;
import io.varve.server.explanation.ExplanationJson;
import io.varve.server.explanation.ExplanationRequest;
import io.varve.server.explanation.ExplanationTable;
import io.varve.server.http.HttpCall;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Why each segment of a partition is still there: the engine's explanation, as {@code varve-retention.sh}
 * asks for it, with its words.
 */
final class SegmentsContent {
    private SegmentsContent() {}

    /** {@code /api/segments?topic=NAME&partition=N}. */
    static void write(HttpCall call, OwnRequests server, ObjectNode answer) {
        ExplanationRequest request = new ExplanationRequest(
                JsonRoute.required(call, "topic"), (int) call.number("partition", 0, 0, Integer.MAX_VALUE), Map.of());
        String json = SettingsContent.describe(server, ConfigResource.Type.TOPIC, request.resourceName())
                .configs()
                .get(0)
                .value();
        RetentionExplanation explained = ExplanationJson.read(json).get(0);
        JsonNode partition = JsonRoute.parse(json).path("partitions").path(0);
        answer.setAll((ObjectNode) partition);
        ExplanationTable words = ExplanationTable.of(explained);
        words(answer.putArray("summary"), words.summary());
        words(answer.putArray("head"), words.head());
        ArrayNode rows = answer.putArray("rows");
        words.rows().forEach(row -> words(rows.addArray(), row));
    }

    private static void words(ArrayNode into, List<String> words) {
        words.forEach(into::add);
    }
}
