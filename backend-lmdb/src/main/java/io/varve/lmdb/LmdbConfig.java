// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.directory.DiskReserveConfig;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageSetting;
import io.varve.core.spi.support.ReadVerification;
import io.varve.core.spi.support.StorageProperties;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The settings of the LMDB backend. Defaults and ranges are those of {@link #SETTINGS}.
 *
 * @param mapInitialBytes bytes of address space to begin with
 * @param mapMaxBytes max bytes of stored data in one data directory, at least the initial size; above it
 *     appends are refused as on a full disk
 * @param maxReaders max read transactions at the same time
 * @param stagingBytes max bytes appended and not committed, in memory outside the heap; an append above it
 *     waits for a commit
 * @param readBytes bytes read and not yet sent, in memory outside the heap, above which each read returns one
 *     batch
 * @param compactOnStart whether a start rewrites the environment without its free pages
 * @param readVerify whether every batch is verified by its CRC-32C before it is handed to a reader
 * @param reserve space reserved for the writes that free space
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

    private static final long MIB = 1L << 20;
    private static final long TIB = 1L << 40;
    private static final long MAP_LIMIT = 64 * TIB;

    /** Defines each key this backend reads. */
    static final List<StorageSetting> SETTINGS = Stream.concat(
                    Stream.of(
                            StorageSetting.number(
                                    MAP_INITIAL,
                                    64 * MIB,
                                    MIB,
                                    MAP_LIMIT,
                                    "Bytes of address space the map begins with."),
                            StorageSetting.number(
                                    MAP_MAX,
                                    TIB,
                                    MIB,
                                    MAP_LIMIT,
                                    "Bytes that stored data may take in a data directory."),
                            StorageSetting.number(
                                    MAX_READERS, 126, 1, 10_000, "Reads at the same time, of all processes."),
                            StorageSetting.number(
                                    STAGING,
                                    64 * MIB,
                                    MIB,
                                    Integer.MAX_VALUE,
                                    "Bytes held in memory until they are committed."),
                            StorageSetting.number(
                                    READ,
                                    64 * MIB,
                                    MIB,
                                    Long.MAX_VALUE,
                                    "Bytes held in memory on their way to consumers."),
                            StorageSetting.flag(
                                    COMPACT, false, "Whether a start rewrites the environment without its free pages."),
                            ReadVerification.SETTING),
                    DiskReserveConfig.SETTINGS.stream())
            .toList();

    /** @throws StorageException MISUSE naming key, value and what is allowed */
    static LmdbConfig of(Map<String, String> properties) {
        StorageProperties settings = new StorageProperties(SETTINGS, properties);
        long initial = settings.number(MAP_INITIAL);
        return new LmdbConfig(
                initial,
                settings.number(MAP_MAX, Math.max(TIB, initial), initial, MAP_LIMIT),
                (int) settings.number(MAX_READERS),
                settings.number(STAGING),
                settings.number(READ),
                settings.flag(COMPACT),
                settings.flag(ReadVerification.KEY),
                DiskReserveConfig.of(settings));
    }
}
