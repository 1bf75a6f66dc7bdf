// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.PartitionId;
import io.varve.s3.client.RequestCounts;
import io.varve.s3.upload.Backlog;
import io.varve.s3.upload.SegmentUploader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes requests to the bucket, and what waits for its upload, in a file of the first data directory, for
 * {@code varve-tier.sh}: each minute and at the end. The counts are those of this process. Not durable.
 */
final class UsageFile implements AutoCloseable {
    /** Name of the file. */
    static final String NAME = "tier-usage.json";

    private static final Logger LOG = LoggerFactory.getLogger(UsageFile.class);
    private static final long PERIOD_MS = 60_000;

    private final Path file;
    private final TierParts parts;
    private final PartitionCatalog catalog;
    private final SegmentUploader uploader;
    private final long startedMs;
    private final Scheduler.Task task;

    UsageFile(TierParts parts, PartitionCatalog catalog, SegmentUploader uploader) {
        this.file = parts.context().directories().get(0).resolve(NAME);
        this.parts = parts;
        this.catalog = catalog;
        this.uploader = uploader;
        this.startedMs = parts.context().clock().millis();
        this.task = parts.context().scheduler().scheduleEvery(PERIOD_MS, this::write);
    }

    private synchronized void write() {
        Path next = file.resolveSibling(NAME + ".tmp");
        try {
            Files.write(next, json().getBytes(StandardCharsets.UTF_8));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("{} was not written: {}", file, e.toString());
        }
    }

    private String json() {
        return "{\"version\":1,\"startedMs\":" + startedMs + ",\"writtenMs\":"
                + parts.context().clock().millis() + ",\n \"requests\":[" + String.join(",", requests())
                + "],\n \"backlog\":[" + String.join(",", backlog()) + "]}\n";
    }

    private List<String> requests() {
        List<String> rows = new ArrayList<>();
        for (RequestCounts.Row row : parts.bucket().counts().rows()) {
            rows.add("\n  {\"topic\":\"" + row.topic() + "\",\"kind\":\"" + row.kind() + "\",\"requests\":"
                    + row.requests() + ",\"failed\":" + row.failed() + ",\"bytes\":" + row.bytes() + "}");
        }
        return rows;
    }

    private List<String> backlog() {
        List<String> rows = new ArrayList<>();
        for (S3Partition partition : catalog.opened()) {
            Backlog waits = uploader.backlog(partition.uploads());
            if (waits.segments() > 0) {
                PartitionId id = partition.id();
                rows.add("\n  {\"topic\":\"" + id.topic() + "\",\"topicId\":\"" + id.topicId() + "\",\"partition\":"
                        + id.partition() + ",\"segments\":" + waits.segments() + ",\"bytes\":" + waits.bytes()
                        + ",\"oldestAppendMs\":" + waits.oldestAppendMs() + "}");
            }
        }
        return rows;
    }

    @Override
    public void close() {
        task.cancel();
        write();
    }
}
