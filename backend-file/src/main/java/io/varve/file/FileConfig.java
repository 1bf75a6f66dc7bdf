// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.spi.StorageException;
import java.util.Map;

/**
 * This backend's settings.
 *
 * @param checkpointIntervalMs ms between two writes of the recovery points, at least 1: how much a crash makes the next start scan
 *     ({@code log.flush.offset.checkpoint.interval.ms}, default 60000)
 * @param openFiles idle file handles kept open at most, at least 1 ({@code storage.file.open.files}, default 4096)
 */
record FileConfig(long checkpointIntervalMs, int openFiles) {
    static final String CHECKPOINT_INTERVAL = "log.flush.offset.checkpoint.interval.ms";
    static final String OPEN_FILES = "storage.file.open.files";

    /** @throws StorageException MISUSE naming key, value and what is allowed */
    static FileConfig of(Map<String, String> properties) {
        return new FileConfig(number(properties, CHECKPOINT_INTERVAL, 60_000, Long.MAX_VALUE), (int)
                number(properties, OPEN_FILES, 2000, Integer.MAX_VALUE));
    }

    private static long number(Map<String, String> properties, String key, long preset, long most) {
        String value = properties.get(key);
        if (value == null) {
            return preset;
        }
        try {
            long number = Long.parseLong(value.trim());
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message for every wrong value
        }
        throw new StorageException(
                StorageException.Kind.MISUSE, key + " is '" + value + "', must be a number from 1 to " + most);
    }
}
