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
import io.varve.s3server.EmbeddedS3;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * Restarts and crashes the tier, with a hot backend in a directory and the bucket of one server for all
 * tests of the process; each rig has a prefix of its own there.
 */
final class S3Rig implements TieredRig {
    /** What a build takes for it beside the tests of the hot backends. */
    static final RunScale SCALE = new RunScale(1, 500, 1, 2, 40);

    /** Lets processes halt at the failpoints of the hot backend too, whose own kit does that always. */
    private static final boolean ALL_FAIL_POINTS = Boolean.getBoolean("varve.test.s3.failpoints");

    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final long POLL_NANOS = 2_000_000;
    static final EmbeddedS3 SERVER = start();

    private final DirectoryRig directory;
    private final BucketFaults faults = new BucketFaults(SERVER);
    private Storage second;
    private Pause pause;

    /**
     * @param hot name of the backend in front
     * @param others settings that are different
     */
    S3Rig(String hot, Map<String, String> others) {
        this(backend(hot, others));
    }

    /** @param backend on the bucket of {@link #SERVER} */
    S3Rig(TestedBackend backend) {
        this(new DirectoryRig(backend));
    }

    private S3Rig(DirectoryRig directory) {
        this.directory = directory;
    }

    /** Tells whether a build lets a process halt at a failpoint: at those of the tier itself. */
    static boolean haltsAt(String failPoint) {
        return ALL_FAIL_POINTS || failPoint.startsWith("s3.");
    }

    private static EmbeddedS3 start() {
        try {
            EmbeddedS3 server = EmbeddedS3.inMemory();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "stop-s3"));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void stop(EmbeddedS3 server) {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the backend on the bucket, in small: short waits, small chunks */
    static TestedBackend backend(String hot, Map<String, String> others) {
        Map<String, String> properties = new HashMap<>(settings());
        properties.put("s3.hot.backend", hot);
        properties.putAll(others);
        return new TestedBackend(new HastyS3Provider(), properties, List.of(), Set.of("s3.prefix"));
    }

    /** @return settings for the bucket of {@link #SERVER}, with short waits */
    static Map<String, String> settings() {
        return Map.of(
                "s3.endpoint", SERVER.endpoint().toString(),
                "s3.bucket", SERVER.bucket(),
                "s3.access.key.id", SERVER.accessKey(),
                "s3.secret.access.key", SERVER.secretKey(),
                "s3.prefix", "rig",
                "s3.start.timeout.ms", "0",
                "s3.delete.delay.ms", "0",
                "s3.sweep.grace.ms", "0",
                "s3.sweep.interval.ms", "1001");
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
        Optional<String> left = tier.left(objects());
        while (left.isPresent()) {
            if (System.nanoTime() > until) {
                throw new AssertionError("the tier does not come to rest: " + left.get());
            }
            LockSupport.parkNanos(POLL_NANOS);
            left = tier.left(objects());
        }
    }

    @Override
    public Set<String> objects() {
        String prefix = directory.subject().orElseThrow().properties().get("s3.prefix");
        return Set.copyOf(SERVER.keys(prefix + "/main/data/"));
    }

    @Override
    public Optional<TestedBackend> subject() {
        return directory.subject();
    }

    @Override
    public StorageRig withFaults() {
        return new S3Rig((DirectoryRig) directory.withFaults());
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
