// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.StorageSetting;
import io.varve.core.spi.support.ReadVerification;
import io.varve.core.spi.support.StorageProperties;
import io.varve.s3.read.ReadConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Parses the settings of reads from the bucket. Stateless. */
final class ReadSettings {
    private static final String CACHE_DIR = "s3.cache.dir";
    private static final String CACHE_SIZE = "s3.cache.size";
    private static final String CACHE_MEMORY = "s3.cache.memory";
    private static final String IN_FLIGHT = "s3.read.memory";
    private static final String THREADS = "s3.read.threads";
    private static final String PREFETCH = "s3.read.ahead";

    private static final int MAX_THREADS = 256;
    private static final String DEFAULT_DIR = ".tier-cache";

    static final List<StorageSetting> SETTINGS = List.of(
            StorageSetting.text(
                    CACHE_DIR,
                    "",
                    "Directory of the cache of what was read from the bucket. Empty: " + DEFAULT_DIR
                            + " in the first of log.dirs."),
            StorageSetting.number(
                    CACHE_SIZE,
                    ReadConfig.DEFAULT_DISK,
                    0,
                    Long.MAX_VALUE,
                    "Max bytes of that cache on disk; 0 for none."),
            StorageSetting.number(
                    CACHE_MEMORY,
                    ReadConfig.DEFAULT_MEMORY,
                    0,
                    ReadConfig.MAX_MEMORY,
                    "Max bytes of what was read from the bucket that are kept in memory."),
            StorageSetting.number(
                    IN_FLIGHT,
                    ReadConfig.DEFAULT_LOAD,
                    0,
                    ReadConfig.MAX_MEMORY,
                    "Max bytes of memory for reads from the bucket in progress, beside s3.cache.memory."),
            StorageSetting.number(
                    THREADS,
                    ReadConfig.DEFAULT_THREADS,
                    1,
                    MAX_THREADS,
                    "Number of reads from the bucket at the same time."),
            StorageSetting.number(
                    PREFETCH,
                    ReadConfig.DEFAULT_PREFETCH,
                    0,
                    Integer.MAX_VALUE,
                    "Max bytes that are read ahead of a consumer that reads in order; 0 for none."));

    private ReadSettings() {}

    /**
     * @param directory the first data directory
     * @throws io.varve.core.spi.StorageException MISUSE if a value is wrong
     */
    static ReadConfig of(Map<String, String> properties, Path directory) {
        StorageProperties values = new StorageProperties(SETTINGS, properties);
        String dir = values.text(CACHE_DIR).trim();
        boolean verifies =
                new StorageProperties(List.of(ReadVerification.SETTING), properties).flag(ReadVerification.KEY);
        return new ReadConfig(
                dir.isEmpty() ? directory.resolve(DEFAULT_DIR) : Path.of(dir),
                values.number(CACHE_SIZE),
                values.number(CACHE_MEMORY),
                values.number(IN_FLIGHT),
                (int) values.number(THREADS),
                (int) values.number(PREFETCH),
                !verifies);
    }
}
