// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.build.watch.Await;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.S3ObjectStore;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3server.FaultRule;
import io.varve.s3server.S3Fault;
import io.varve.s3server.S3Faults;
import io.varve.s3server.S3RequestKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads from a real server that is in trouble. */
class ReadTroubleTest {
    private static final int ANY = 1 << 20;

    @TempDir
    Path directory;

    private ServedBucket bucket;
    private RemoteLog log;
    private S3ObjectStore impatient;

    @BeforeEach
    void write() throws IOException {
        bucket = new ServedBucket();
        log = new RemoteLog(bucket.store(), "orders", new Random(21), ReadRig.CHUNKS_OF_4K);
        log.segment(60, 3000).segment(60, 3000).withGaps().segment(60, 3000);
        impatient = bucket.connect("s3.request.timeout.ms", "2000", "s3.attempt.timeout.ms", "1000");
    }

    @AfterEach
    void close() {
        impatient.close();
        bucket.close();
    }

    @Test
    void randomFaultsDelayReadsOrFailThemAndNeverMakeThemWrong() {
        for (S3Fault fault : new S3Fault[] {
            S3Fault.SLOW_DOWN,
            S3Fault.SERVER_ERROR,
            S3Fault.UNREACHABLE,
            S3Fault.REPLY_LOST,
            S3Fault.CUT_BODY,
            S3Fault.WRONG_BYTES,
            S3Fault.DENIED
        }) {
            bucket.server()
                    .faults()
                    .add(FaultRule.of(fault).on(S3RequestKind.GET).chance(0.07));
        }
        bucket.server().faults().add(FaultRule.slow(300).on(S3RequestKind.GET).chance(0.02));
        long seed = bucket.server().faults().seed();
        ReadConfig config =
                new ReadConfig(directory.resolve("s3-cache"), 100_000, 64 << 10, 1 << 20, 4, 64 << 10, true);
        try (ReadRig rig = ReadRig.of(impatient, config)) {
            RemotePartition partition = log.partition();
            Random random = new Random(22);
            int read = 0;
            long offset = 0;
            for (int i = 0; i < 250; i++) {
                offset = random.nextInt(3) > 0 && offset < log.end() ? offset : random.nextLong(log.end());
                try {
                    BatchSlice slice = rig.reader.read(partition, offset, Long.MAX_VALUE, 6000);
                    long next = RemoteLog.end(slice);
                    log.check(slice, offset, Long.MAX_VALUE, 6000);
                    offset = Math.max(offset, next);
                    read++;
                } catch (StorageException e) {
                    assertThat(e.kind())
                            .as("faults of seed %d: %s", seed, e.getMessage())
                            .isIn(StorageException.Kind.RETRY, StorageException.Kind.CORRUPT);
                }
            }
            assertThat(read).as("reads that succeeded, faults of seed %d", seed).isGreaterThan(150);
            bucket.server().faults().clear();
            assertThat(RemoteReaderTest.readAll(rig, log)).isEqualTo(180);
            Await.until(
                    "all memory but the cache's is given back",
                    () -> rig.reader.counts().usedMemory() <= 64 << 10);
        }
    }

    @Test
    void oneWrongByteIsReadAgainAndNotSeen() {
        bucket.server().requests().reset();
        bucket.server()
                .faults()
                .add(FaultRule.of(S3Fault.WRONG_BYTES).on(S3RequestKind.GET).times(1));
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadRig.plain(directory))) {
            log.check(rig.reader.read(log.partition(), 0, Long.MAX_VALUE, ANY), 0, Long.MAX_VALUE, ANY);
            assertThat(bucket.server().requests().count(S3RequestKind.GET).requests())
                    .isEqualTo(2);
        }
    }

    /** What is damaged on its way is another time damaged elsewhere: it is no damage of the object. */
    @Test
    void wrongBytesInARowAreNotSeenAndDoNotCondemnTheObject() {
        try (S3Faults.Rule wrong = bucket.server()
                        .faults()
                        .add(FaultRule.of(S3Fault.WRONG_BYTES)
                                .on(S3RequestKind.GET)
                                .times(4));
                ReadRig rig = ReadRig.of(bucket.store(), ReadRig.plain(directory))) {
            log.check(rig.reader.read(log.partition(), 0, Long.MAX_VALUE, ANY), 0, Long.MAX_VALUE, ANY);
            assertThat(wrong.hits()).isEqualTo(4);
        }
    }

    @Test
    void anOutageFailsReadsInTimeSparesTheCacheAndEndsByItself() {
        ReadConfig config = ReadRig.withDisk(directory, 1 << 20, 1 << 20);
        try (S3ObjectStore once = bucket.connect("s3.request.timeout.ms", "8000", "s3.attempt.timeout.ms", "8000");
                ReadRig rig = ReadRig.of(once, config)) {
            log.check(rig.reader.read(log.partition(), 0, Long.MAX_VALUE, ANY), 0, Long.MAX_VALUE, ANY);
            bucket.server().faults().add(FaultRule.of(S3Fault.UNREACHABLE));
            long cold = log.batches().get(150).base();
            assertThatThrownBy(() -> rig.reader.read(log.partition(), cold, Long.MAX_VALUE, ANY))
                    .isInstanceOfSatisfying(
                            StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.RETRY))
                    .hasMessageContaining(log.partition().segments().get(2).key());
            log.check(rig.reader.read(log.partition(), 0, Long.MAX_VALUE, ANY), 0, Long.MAX_VALUE, ANY);
            bucket.server().faults().clear();
            log.check(rig.reader.read(log.partition(), cold, Long.MAX_VALUE, ANY), cold, Long.MAX_VALUE, ANY);
        }
    }

    @Test
    void theFirstRecordOfAColdPlaceCostsOneRequest() {
        bucket.server().requests().reset();
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadConfig.defaults(directory))) {
            long cold = log.batches().get(100).base();
            log.check(rig.reader.read(log.partition(), cold, Long.MAX_VALUE, ANY), cold, Long.MAX_VALUE, ANY);
        }
        assertThat(bucket.server().requests().requests()).hasSize(1);
    }
}
