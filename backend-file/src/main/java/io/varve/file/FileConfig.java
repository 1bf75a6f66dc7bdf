// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.disk.ReserveConfig;
import io.varve.core.spi.StorageException;
import java.util.Locale;
import java.util.Map;

/**
 * This backend's settings.
 *
 * @param checkpointIntervalMs ms between two writes of the recovery points, at least 1 ({@code log.flush.offset.checkpoint.interval.ms},
 *     default 60000)
 * @param checkpointBytes bytes appended to a directory after which its recovery points are written all the same, at least 1: what a
 *     crash makes the next start scan ({@code file.checkpoint.bytes}, default 128 MiB)
 * @param openFiles idle file handles kept open at most, at least 1 ({@code file.open.files}, default 2000)
 * @param reserve room kept back for the writes that make room
 * @param syncThreads files forced at the same time by one group commit, 1 to 1024 ({@code file.sync.threads}, default 32)
 * @param readVerify whether every batch is held against its CRC-32C before it is handed to a reader ({@code log.read.verify}, default
 *     false)
 */
record FileConfig(
        long checkpointIntervalMs,
        long checkpointBytes,
        int openFiles,
        ReserveConfig reserve,
        int syncThreads,
        boolean readVerify) {
    static final String CHECKPOINT_INTERVAL = "log.flush.offset.checkpoint.interval.ms";
    static final String CHECKPOINT_BYTES = "file.checkpoint.bytes";
    static final String OPEN_FILES = "file.open.files";
    static final String SYNC_THREADS = "file.sync.threads";
    static final String READ_VERIFY = "log.read.verify";

    /** @throws StorageException MISUSE naming key, value and what is allowed */
    static FileConfig of(Map<String, String> properties) {
        return new FileConfig(
                number(properties, CHECKPOINT_INTERVAL, 1, 60_000, Long.MAX_VALUE),
                number(properties, CHECKPOINT_BYTES, 1, 128L << 20, Long.MAX_VALUE),
                (int) number(properties, OPEN_FILES, 1, 2000, Integer.MAX_VALUE),
                ReserveConfig.of(properties),
                (int) number(properties, SYNC_THREADS, 1, 32, 1024),
                yesOrNo(properties, READ_VERIFY));
    }

    private static long number(Map<String, String> properties, String key, long least, long preset, long most) {
        String value = properties.get(key);
        if (value == null) {
            return preset;
        }
        try {
            long number = Long.parseLong(value.trim());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message for every wrong value
        }
        throw wrong(key, value, "a number from " + least + " to " + most);
    }

    private static boolean yesOrNo(Map<String, String> properties, String key) {
        String value = properties.getOrDefault(key, "false");
        return switch (value.trim().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(key, value, "true or false");
        };
    }

    private static StorageException wrong(String key, String value, String right) {
        return new StorageException(StorageException.Kind.MISUSE, key + " is '" + value + "', must be " + right);
    }
}
