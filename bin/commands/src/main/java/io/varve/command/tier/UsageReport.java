// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.s3.TierAccess;
import io.varve.s3.client.RequestCounts;
import io.varve.s3.client.RequestKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds what a server noted of its requests, and of what waits for its upload.
 *
 * @param startedMs when the server started, in ms since the epoch
 * @param writtenMs when it wrote this, in ms since the epoch
 * @param requests what it sent since it started
 * @param backlog what waits, by topic id and partition: {@code ID/NUMBER}
 */
record UsageReport(long startedMs, long writtenMs, List<RequestCounts.Row> requests, Map<String, Waits> backlog) {
    /**
     * Says what waits for its upload.
     *
     * @param segments number of sealed segments
     * @param bytes their bytes
     * @param oldestAppendMs when the oldest of them was appended to last, in ms since the epoch, or -1
     */
    record Waits(long segments, long bytes, long oldestAppendMs) {}

    /**
     * @param directory the first data directory
     * @return what the server wrote there; empty if there is no such file
     * @throws IOException if it cannot be read, or is not what a server writes
     */
    static Optional<UsageReport> read(Path directory) throws IOException {
        Path file = directory.resolve(TierAccess.USAGE_FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        JsonNode report = new ObjectMapper().readTree(Files.readString(file));
        if (report.path("version").asInt() != 1) {
            throw new IOException(file + ": version is " + report.path("version") + ", must be 1");
        }
        List<RequestCounts.Row> requests = new ArrayList<>();
        for (JsonNode row : report.path("requests")) {
            requests.add(new RequestCounts.Row(
                    row.path("topic").asText(),
                    kind(file, row.path("kind").asText()),
                    row.path("requests").asLong(),
                    row.path("failed").asLong(),
                    row.path("bytes").asLong()));
        }
        Map<String, Waits> backlog = new HashMap<>();
        for (JsonNode row : report.path("backlog")) {
            backlog.put(
                    row.path("topicId").asText() + "/" + row.path("partition").asInt(),
                    new Waits(
                            row.path("segments").asLong(),
                            row.path("bytes").asLong(),
                            row.path("oldestAppendMs").asLong(-1)));
        }
        return Optional.of(new UsageReport(
                report.path("startedMs").asLong(), report.path("writtenMs").asLong(), requests, backlog));
    }

    private static RequestKind kind(Path file, String name) throws IOException {
        try {
            return RequestKind.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": '" + name + "' is no kind of request", e);
        }
    }
}
