// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.directory.DiskReserveConfig;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageSetting;
import io.varve.core.spi.support.ReadVerification;
import io.varve.core.spi.support.StorageProperties;
import io.varve.file.disk.DescriptorLimit;
import io.varve.file.partition.RingSettings;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of the file backend. Defaults and ranges are those of {@link #SETTINGS}.
 *
 * @param checkpointIntervalMs ms between two writes of the recovery points
 * @param checkpointBytes bytes appended to a directory after which its recovery points are written before the
 *     interval ends: they bound how much a start after a crash scans
 * @param openFiles max idle files kept open; less where the process's own limit is low
 * @param reserve space reserved for the writes that free space
 * @param syncThreads max files that one group commit forces at the same time
 * @param ringBytes size of the ring of each data directory, a multiple of 4096; 0 for none
 * @param ringCommitBytes bytes of a partition in one commit above which its own log is forced
 * @param readVerify whether every batch is verified by its CRC-32C before it is handed to a reader
 */
record FileConfig(
        long checkpointIntervalMs,
        long checkpointBytes,
        int openFiles,
        DiskReserveConfig reserve,
        int syncThreads,
        long ringBytes,
        int ringCommitBytes,
        boolean readVerify) {
    private static final Logger LOG = LoggerFactory.getLogger(FileConfig.class);

    static final String CHECKPOINT_INTERVAL = "log.flush.offset.checkpoint.interval.ms";
    static final String CHECKPOINT_BYTES = "file.checkpoint.bytes";
    static final String OPEN_FILES = "file.open.files";
    static final String SYNC_THREADS = "file.sync.threads";
    static final String RING_BYTES = "file.ring.bytes";
    static final String RING_COMMIT_BYTES = "file.ring.commit.bytes";
    static final String READ_VERIFY = ReadVerification.KEY;

    /** Defines each key this backend reads. */
    static final List<StorageSetting> SETTINGS = Stream.concat(
                    Stream.of(
                            StorageSetting.number(
                                    CHECKPOINT_INTERVAL,
                                    60_000,
                                    1,
                                    Long.MAX_VALUE,
                                    "Ms between two notes of how far each partition is on the disk."),
                            StorageSetting.number(
                                    CHECKPOINT_BYTES,
                                    128L << 20,
                                    1,
                                    Long.MAX_VALUE,
                                    "Bytes appended to a directory after which that is noted all the same."),
                            StorageSetting.number(
                                    OPEN_FILES, 5000, 1, Integer.MAX_VALUE, "How many idle files are kept open."),
                            StorageSetting.number(
                                    SYNC_THREADS,
                                    32,
                                    1,
                                    1024,
                                    "How many files are forced to the disk at the same time."),
                            StorageSetting.number(
                                    RING_BYTES,
                                    64L << 20,
                                    0,
                                    1L << 40,
                                    "Bytes of each directory's ring, which takes small commits in one write; 0 for"
                                            + " none."),
                            StorageSetting.number(
                                    RING_COMMIT_BYTES,
                                    256 << 10,
                                    1,
                                    1 << 30,
                                    "Bytes of a partition in one commit above which its log is forced instead."),
                            ReadVerification.SETTING),
                    DiskReserveConfig.SETTINGS.stream())
            .toList();

    /**
     * Bounds the idle files by what the process may open, and logs it where that is less than configured.
     *
     * @param limit files this process may have open
     * @return max idle files to keep open
     */
    int idleFiles(long limit) {
        int max = DescriptorLimit.idleFiles(openFiles, limit);
        if (max < openFiles) {
            LOG.info(
                    "{} is {}, but this process may have {} files open at a time (ulimit -n), and connections need some:"
                            + " keeping at most {} idle ones",
                    OPEN_FILES,
                    openFiles,
                    limit,
                    max);
        }
        return max;
    }

    /** @param idleFiles max idle files kept open: half of them may wait in a ring to be forced */
    RingSettings ring(int idleFiles) {
        return new RingSettings(ringBytes, ringCommitBytes, Math.max(1, idleFiles / 2));
    }

    /** @throws StorageException MISUSE naming key, value and what is allowed */
    static FileConfig of(Map<String, String> properties) {
        StorageProperties settings = new StorageProperties(SETTINGS, properties);
        long ringBytes = settings.number(RING_BYTES);
        if (ringBytes > 0 && ringBytes < RingSettings.MIN_BYTES) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    RING_BYTES + "=" + ringBytes + " must be 0 or at least " + RingSettings.MIN_BYTES);
        }
        return new FileConfig(
                settings.number(CHECKPOINT_INTERVAL),
                settings.number(CHECKPOINT_BYTES),
                (int) settings.number(OPEN_FILES),
                DiskReserveConfig.of(settings),
                (int) settings.number(SYNC_THREADS),
                ringBytes / RingSettings.UNIT * RingSettings.UNIT,
                (int) settings.number(RING_COMMIT_BYTES),
                settings.flag(READ_VERIFY));
    }
}
