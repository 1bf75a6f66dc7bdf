// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.directory.DiskReserveConfig;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.StorageProperties;
import java.util.Map;

/**
 * This backend's settings.
 *
 * @param checkpointIntervalMs ms between two writes of the recovery points, at least 1 ({@code log.flush.offset.checkpoint.interval.ms},
 *     default 60000)
 * @param checkpointBytes bytes appended to a directory after which its recovery points are written all the same, at least 1: what a
 *     crash makes the next start scan ({@code file.checkpoint.bytes}, default 128 MiB)
 * @param openFiles idle file handles kept open at most, at least 1 ({@code file.open.files}, default 2000); fewer where the process may have few
 *     files open
 * @param reserve room kept back for the writes that make room
 * @param syncThreads files forced at the same time by one group commit, 1 to 1024 ({@code file.sync.threads}, default 32)
 * @param readVerify whether every batch is held against its CRC-32C before it is handed to a reader ({@code log.read.verify}, default
 *     false)
 */
record FileConfig(
        long checkpointIntervalMs,
        long checkpointBytes,
        int openFiles,
        DiskReserveConfig reserve,
        int syncThreads,
        boolean readVerify) {
    static final String CHECKPOINT_INTERVAL = "log.flush.offset.checkpoint.interval.ms";
    static final String CHECKPOINT_BYTES = "file.checkpoint.bytes";
    static final String OPEN_FILES = "file.open.files";
    static final String SYNC_THREADS = "file.sync.threads";
    static final String READ_VERIFY = "log.read.verify";

    /** @throws StorageException MISUSE naming key, value and what is allowed */
    static FileConfig of(Map<String, String> properties) {
        StorageProperties settings = new StorageProperties(properties);
        return new FileConfig(
                settings.number(CHECKPOINT_INTERVAL, 60_000, 1, Long.MAX_VALUE),
                settings.number(CHECKPOINT_BYTES, 128L << 20, 1, Long.MAX_VALUE),
                (int) settings.number(OPEN_FILES, 2000, 1, Integer.MAX_VALUE),
                DiskReserveConfig.of(settings),
                (int) settings.number(SYNC_THREADS, 32, 1, 1024),
                settings.flag(READ_VERIFY));
    }
}
