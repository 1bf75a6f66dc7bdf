// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.StorageSetting;
import io.varve.core.spi.support.StorageProperties;
import java.util.List;
import java.util.Map;

/**
 * Holds the settings of the tier itself, parsed and checked. Uploads, reads and the
 * bucket have records of their own.
 *
 * @param hotBackend name of the backend in front
 * @param storageId name of this broker's part of the bucket
 * @param startTimeoutMs how long a start waits for the bucket, in ms
 * @param commitTimeoutMs how long a call waits for the manifest's next entry, in ms
 * @param uploadMaxDelayMs time in ms after which an active segment with records is sealed and uploaded
 * @param onBacklogFull what happens when the local disk is full of what is not uploaded
 */
record S3Config(
        String hotBackend,
        String storageId,
        long startTimeoutMs,
        long commitTimeoutMs,
        long uploadMaxDelayMs,
        OnBacklogFull onBacklogFull) {
    /** Says what happens when the local disk is full of segments that are not uploaded. */
    enum OnBacklogFull {
        /** Producers are refused until uploads have freed space. */
        BLOCK,
        /** The oldest of these segments are deleted, except those that a hold pins. */
        DROP_OLDEST
    }

    static final String HOT_BACKEND = "s3.hot.backend";
    static final String STORAGE_ID = "s3.storage.id";
    static final String START_TIMEOUT_MS = "s3.start.timeout.ms";
    static final String COMMIT_TIMEOUT_MS = "s3.commit.timeout.ms";
    static final String UPLOAD_MAX_DELAY_MS = "s3.upload.max.delay.ms";
    static final String ON_BACKLOG_FULL = "s3.on.backlog.full";

    private static final long DAY_MS = 24L * 3600 * 1000;

    static final List<StorageSetting> SETTINGS = List.of(
            StorageSetting.text(
                    HOT_BACKEND,
                    "file",
                    "The backend that takes appends and keeps recent records on this machine: file or lmdb. Its own "
                            + "settings apply to it."),
            StorageSetting.text(
                    STORAGE_ID,
                    "main",
                    "Names this broker's part of the bucket, below s3.prefix. A broker that takes over from a lost one "
                            + "has the same. 1 to 64 of [a-zA-Z0-9._-]."),
            StorageSetting.number(
                    START_TIMEOUT_MS,
                    120_000,
                    0,
                    DAY_MS,
                    "How long a start waits for a bucket that cannot be reached, in ms, before it is refused."),
            StorageSetting.number(
                    COMMIT_TIMEOUT_MS,
                    30_000,
                    1,
                    DAY_MS,
                    "How long a copy or a truncation of a partition waits for the bucket to take it, in ms, before it "
                            + "fails with an error that is worth a retry."),
            StorageSetting.number(
                    UPLOAD_MAX_DELAY_MS,
                    600_000,
                    100,
                    365 * DAY_MS,
                    "Time in ms after which a segment with records is sealed and uploaded, even if it is not full. Records "
                            + "that a lost disk loses are not older, while the bucket takes uploads."),
            StorageSetting.text(
                    ON_BACKLOG_FULL,
                    "block",
                    "What happens when the local disk is full of segments that are not uploaded yet: block (producers "
                            + "are refused until there is space) or drop-oldest (the oldest of them are deleted, except "
                            + "those that a hold pins)."));

    /** @throws io.varve.core.spi.StorageException MISUSE if a value is wrong */
    static S3Config of(Map<String, String> properties) {
        StorageProperties values = new StorageProperties(SETTINGS, properties);
        String hot = values.text(HOT_BACKEND).trim();
        if (hot.isEmpty() || hot.equals(S3StorageProvider.NAME)) {
            throw StorageProperties.wrong(HOT_BACKEND, hot, "the name of another backend: file or lmdb");
        }
        String id = values.text(STORAGE_ID).trim();
        if (!id.matches("[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,63}")) {
            throw StorageProperties.wrong(STORAGE_ID, id, "1 to 64 of [a-zA-Z0-9._-], not beginning with a dot");
        }
        return new S3Config(
                hot,
                id,
                values.number(START_TIMEOUT_MS),
                values.number(COMMIT_TIMEOUT_MS),
                values.number(UPLOAD_MAX_DELAY_MS),
                onBacklogFull(values.text(ON_BACKLOG_FULL).trim()));
    }

    private static OnBacklogFull onBacklogFull(String value) {
        return switch (value) {
            case "block" -> OnBacklogFull.BLOCK;
            case "drop-oldest" -> OnBacklogFull.DROP_OLDEST;
            default -> throw StorageProperties.wrong(ON_BACKLOG_FULL, value, "block or drop-oldest");
        };
    }

    /** @return the same, for a start that is refused at once by a bucket that cannot be reached */
    S3Config withoutWaiting() {
        return new S3Config(hotBackend, storageId, 0, commitTimeoutMs, uploadMaxDelayMs, onBacklogFull);
    }
}
