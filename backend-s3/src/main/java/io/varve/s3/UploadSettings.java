// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.Ids;
import io.varve.core.spi.StorageSetting;
import io.varve.core.spi.support.StorageProperties;
import io.varve.s3.object.ChunkCodec;
import io.varve.s3.object.KeyFile;
import io.varve.s3.object.KeyWrapper;
import io.varve.s3.object.SegmentWriterConfig;
import io.varve.s3.upload.UploadConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Holds the settings of objects: how they are written, and when they are deleted.
 *
 * @param upload how segments are uploaded
 * @param deleteDelayMs ms between the loss of an object's last name and its deletion
 * @param sweepPeriodMs ms between two sweeps
 * @param sweepGraceMs age in ms from which a sweep deletes what the manifest does not name
 */
record UploadSettings(UploadConfig upload, long deleteDelayMs, long sweepPeriodMs, long sweepGraceMs) {
    private static final String CHUNK_SIZE = "s3.chunk.size";
    private static final String COMPRESSION = "s3.compression.type";
    private static final String KEY_FILE = "s3.encryption.key.file";
    private static final String THREADS = "s3.upload.threads";
    private static final String DELETE_DELAY = "s3.delete.delay.ms";
    private static final String SWEEP_PERIOD = "s3.sweep.interval.ms";
    private static final String SWEEP_GRACE = "s3.sweep.grace.ms";

    private static final long HOUR_MS = 3_600_000;
    private static final long YEAR_MS = 365 * 24 * HOUR_MS;
    private static final int MAX_THREADS = 64;

    static final List<StorageSetting> SETTINGS = List.of(
            StorageSetting.number(
                    CHUNK_SIZE,
                    SegmentWriterConfig.DEFAULT_CHUNK,
                    SegmentWriterConfig.MIN_CHUNK,
                    SegmentWriterConfig.MAX_CHUNK,
                    "About how many bytes of batches are compressed, encrypted and read together."),
            StorageSetting.text(
                    COMPRESSION,
                    "zstd",
                    "Compression of objects in the bucket: none, zstd or lz4. What the producer has compressed is "
                            + "stored as it is."),
            StorageSetting.text(
                    KEY_FILE,
                    "",
                    "A file of keys with which objects are encrypted (AES-256-GCM). Empty: they are not encrypted."),
            StorageSetting.number(
                    THREADS,
                    UploadConfig.DEFAULT_THREADS,
                    1,
                    MAX_THREADS,
                    "Number of partitions that are uploaded at the same time."),
            StorageSetting.number(
                    DELETE_DELAY,
                    600_000,
                    0,
                    YEAR_MS,
                    "Time in ms for which an object stays in the bucket after its records are deleted, so that reads in "
                            + "progress can end."),
            StorageSetting.number(
                    SWEEP_PERIOD,
                    6 * HOUR_MS,
                    1_000,
                    YEAR_MS,
                    "Time in ms between two searches for objects that the manifest does not name, as a crash leaves"
                            + " them."),
            StorageSetting.number(
                    SWEEP_GRACE,
                    24 * HOUR_MS,
                    0,
                    YEAR_MS,
                    "Age in ms from which such an object is deleted: longer than any upload takes."));

    /** @throws io.varve.core.spi.StorageException MISUSE if a value or the key file is wrong */
    static UploadSettings of(Map<String, String> properties, Ids ids) {
        StorageProperties values = new StorageProperties(SETTINGS, properties);
        String file = values.text(KEY_FILE).trim();
        Optional<KeyWrapper> keys = file.isEmpty() ? Optional.empty() : Optional.of(KeyFile.read(Path.of(file), ids));
        SegmentWriterConfig writer = new SegmentWriterConfig(
                (int) values.number(CHUNK_SIZE), codec(values.text(COMPRESSION).trim()), keys);
        return new UploadSettings(
                new UploadConfig(writer, (int) values.number(THREADS), UploadConfig.DEFAULT_PARTS),
                values.number(DELETE_DELAY),
                values.number(SWEEP_PERIOD),
                values.number(SWEEP_GRACE));
    }

    private static ChunkCodec codec(String value) {
        for (ChunkCodec codec : ChunkCodec.values()) {
            if (codec.name().toLowerCase(Locale.ROOT).equals(value)) {
                return codec;
            }
        }
        throw StorageProperties.wrong(COMPRESSION, value, "none, zstd or lz4");
    }
}
