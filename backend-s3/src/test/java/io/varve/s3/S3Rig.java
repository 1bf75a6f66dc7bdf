// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.conformance.contract.RunScale;
import io.varve.conformance.rig.DirectoryRig;
import io.varve.conformance.rig.StorageFaults;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TestedBackend;
import io.varve.conformance.rig.TierFaults;
import io.varve.conformance.rig.TieredRig;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Storage;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * Restarts and crashes the tier, with a hot backend in a directory and a bucket that it shares with others;
 * each rig has a prefix of its own there.
 */
final class S3Rig implements TieredRig {
    /** What a build takes for it beside the tests of the hot backends. */
    static final RunScale SCALE = new RunScale(1, 500, 1, 2, 40);

    /**
     * Lets processes halt at all failpoints, also those of the hot backend, whose own kit does that always.
     */
    private static final boolean ALL_FAIL_POINTS = Boolean.getBoolean("varve.test.s3.failpoints");

    private static final long PATIENCE_NANOS = 120_000_000_000L;
    private static final long POLL_NANOS = 2_000_000;

    private final DirectoryRig directory;
    private final RigBucket bucket;
    private final TierFaults faults;
    private Storage second;
    private Pause pause;

    /**
     * @param hot name of the backend in front
     * @param others settings that are different
     */
    S3Rig(String hot, Map<String, String> others) {
        this(backend(hot, others), new SharedBucket());
    }

    /**
     * @param backend on the bucket
     * @param bucket closed by whoever opened it
     */
    S3Rig(TestedBackend backend, RigBucket bucket) {
        this(new DirectoryRig(backend), bucket);
    }

    private S3Rig(DirectoryRig directory, RigBucket bucket) {
        this.directory = directory;
        this.bucket = bucket;
        this.faults = bucket.faults();
    }

    /**
     * Tells whether a build lets a process halt at a failpoint: at those of the tier itself, each with one of
     * the two backends in front.
     */
    static boolean haltsAt(String hot, String failPoint) {
        boolean turn = (failPoint.hashCode() & 1) == (hot.equals("lmdb") ? 1 : 0);
        return ALL_FAIL_POINTS || failPoint.startsWith("s3.") && turn;
    }

    /** @return the backend on the bucket, in small: short waits, small chunks */
    static TestedBackend backend(String hot, Map<String, String> others) {
        Map<String, String> properties = new HashMap<>(waits());
        properties.putAll(SharedBucket.settings());
        properties.put("s3.hot.backend", hot);
        properties.putAll(others);
        return new TestedBackend(new HastyS3Provider(), properties, List.of(), Set.of("s3.prefix"));
    }

    /** @return settings with short waits, as the rig needs them */
    static Map<String, String> waits() {
        return Map.of(
                "s3.start.timeout.ms", "0",
                "s3.delete.delay.ms", "0",
                "s3.sweep.grace.ms", "0",
                "s3.sweep.interval.ms", "1001",
                // A start without a bucket gives up after that.
                "s3.request.timeout.ms", "15000");
    }

    @Override
    public Storage storage() {
        return directory.storage();
    }

    @Override
    public Storage reopen() {
        return directory.reopen();
    }

    @Override
    public Storage crash() {
        return directory.crash();
    }

    @Override
    public Storage loseDisk() {
        return directory.loseDirectory();
    }

    @Override
    public void keepDisk() {
        directory.keepDirectory();
    }

    @Override
    public Storage returnToKeptDisk() {
        return directory.returnToKeptDirectory();
    }

    @Override
    public Storage takeOver() {
        second = directory.openBeside();
        return second;
    }

    @Override
    public UploadPause pauseUpload() {
        pause = new Pause();
        directory.failPoints().arm("s3.upload.stored", pause::stop);
        return pause;
    }

    private static final class Pause implements UploadPause {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        /** Only the first one stops. */
        private synchronized boolean isFirst() {
            boolean first = reached.getCount() > 0;
            reached.countDown();
            return first;
        }

        private void stop() {
            if (isFirst()) {
                try {
                    released.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public boolean reached() {
            return reached.getCount() == 0;
        }

        @Override
        public void release() {
            released.countDown();
        }
    }

    @Override
    public TierFaults tierFaults() {
        return faults;
    }

    @Override
    public void settle() {
        SettledTier tier = new SettledTier((S3Storage) storage());
        long until = System.nanoTime() + PATIENCE_NANOS;
        Optional<String> left = tier.left(this::objects);
        while (left.isPresent()) {
            if (System.nanoTime() > until) {
                throw new AssertionError("the tier does not come to rest: " + left.get());
            }
            LockSupport.parkNanos(POLL_NANOS);
            left = tier.left(this::objects);
        }
    }

    @Override
    public Set<String> objects() {
        String prefix = directory.subject().orElseThrow().properties().get("s3.prefix");
        return Set.copyOf(bucket.keys(prefix + "/main/data/"));
    }

    @Override
    public Optional<TestedBackend> subject() {
        return directory.subject();
    }

    @Override
    public StorageRig withFaults() {
        return new S3Rig((DirectoryRig) directory.withFaults(), bucket);
    }

    @Override
    public StorageFaults faults() {
        return new DiskFaults(directory.faults());
    }

    /** Leaves no local copies that an append could drop. */
    private void dropLocalCopies() {
        settle();
        for (S3Partition partition : ((S3Storage) storage()).catalog.opened()) {
            partition.writer.lock();
            try {
                partition.dropLocal(Long.MAX_VALUE);
            } finally {
                partition.writer.unlock();
            }
        }
    }

    /** Injects the faults of the disk in front, and fills it for good. */
    private final class DiskFaults implements StorageFaults {
        private final StorageFaults disk;

        DiskFaults(StorageFaults disk) {
            this.disk = disk;
        }

        @Override
        public boolean corrupt(PartitionId id, ByteBuffer batch, int at) {
            return disk.corrupt(id, batch, at);
        }

        @Override
        public boolean verifiesReads() {
            return disk.verifiesReads();
        }

        @Override
        public boolean fill() {
            dropLocalCopies();
            return disk.fill();
        }

        @Override
        public boolean lengthenIndexes() {
            return disk.lengthenIndexes();
        }

        @Override
        public boolean failSyncs() {
            return disk.failSyncs();
        }

        @Override
        public void heal() {
            disk.heal();
        }
    }

    @Override
    public void close() {
        faults.heal();
        if (pause != null) {
            pause.release();
        }
        try {
            if (second != null) {
                second.close();
            }
        } finally {
            directory.close();
        }
    }
}
