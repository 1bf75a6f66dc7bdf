// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.directory.DiskReserveConfig;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.StorageProperties;
import java.util.Map;

/**
 * This backend's settings.
 *
 * @param mapInitialBytes bytes of address space to begin with, at least 1 MiB ({@code lmdb.map.initial.size}, default 64 MiB)
 * @param mapMaxBytes bytes that stored data may take at most in one data directory, at least the initial size
 *     ({@code lmdb.map.max.size}, default 1 TiB); above it appends are refused as on a full disk
 * @param maxReaders read transactions at the same time, 1 to 10000 ({@code lmdb.max.readers}, default 126)
 * @param stagingBytes bytes appended but not committed at most, in memory outside the heap, at least 1 MiB ({@code lmdb.staging.bytes}, default
 *     64 MiB): whoever appends beyond waits for a commit
 * @param readBytes bytes read and not yet sent at most, in memory outside the heap, at least 1 MiB ({@code lmdb.read.bytes}, default 64 MiB): beyond,
 *     each read returns one batch
 * @param compactOnStart whether a start rewrites the environment without its free pages ({@code lmdb.compact.on.start}, default false)
 * @param readVerify whether every batch is held against its CRC-32C before it is handed to a reader ({@code log.read.verify}, default
 *     false)
 * @param reserve room kept back for the writes that make room
 */
record LmdbConfig(
        long mapInitialBytes,
        long mapMaxBytes,
        int maxReaders,
        long stagingBytes,
        long readBytes,
        boolean compactOnStart,
        boolean readVerify,
        DiskReserveConfig reserve) {
    static final String MAP_INITIAL = "lmdb.map.initial.size";
    static final String MAP_MAX = "lmdb.map.max.size";
    static final String MAX_READERS = "lmdb.max.readers";
    static final String STAGING = "lmdb.staging.bytes";
    static final String READ = "lmdb.read.bytes";
    static final String COMPACT = "lmdb.compact.on.start";
    static final String READ_VERIFY = "log.read.verify";

    private static final long MIB = 1L << 20;
    private static final long MAP_LIMIT = 1L << 46;
    private static final int READERS_LIMIT = 10_000;

    /** @throws StorageException MISUSE naming key, value and what is allowed */
    static LmdbConfig of(Map<String, String> properties) {
        StorageProperties settings = new StorageProperties(properties);
        long initial = settings.number(MAP_INITIAL, 64 * MIB, MIB, MAP_LIMIT);
        long max = settings.number(MAP_MAX, Math.max(1L << 40, initial), initial, MAP_LIMIT);
        return new LmdbConfig(
                initial,
                max,
                (int) settings.number(MAX_READERS, 126, 1, READERS_LIMIT),
                settings.number(STAGING, 64 * MIB, MIB, Integer.MAX_VALUE),
                settings.number(READ, 64 * MIB, MIB, Long.MAX_VALUE),
                settings.flag(COMPACT),
                settings.flag(READ_VERIFY),
                DiskReserveConfig.of(settings));
    }
}
