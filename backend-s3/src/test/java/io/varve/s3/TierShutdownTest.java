// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.s3server.FaultRule;
import io.varve.s3server.S3Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Closes storages while the bucket is away: a server that stops must not wait for an outage to end. */
class TierShutdownTest extends TierTest {
    /** Less than a request to the slow bucket takes. */
    private static final Duration LONGEST = Duration.ofSeconds(100);

    @TempDir
    private Path directory;

    @AfterEach
    void stop() throws IOException {
        tier.s3.faults().clear();
        tier.close();
    }

    @Test
    void closesSoonWhileTheBucketRefusesConnections() {
        closesSoonDuring(FaultRule.of(S3Fault.UNREACHABLE), S3Fault.UNREACHABLE);
    }

    @Test
    void closesSoonWhileTheBucketDoesNotAnswer() {
        closesSoonDuring(FaultRule.slow(120_000), S3Fault.SLOW);
    }

    private void closesSoonDuring(FaultRule outage, S3Fault fault) {
        Storage storage = tier.open(directory);
        PartitionStore store = storage.open(TierFixture.ID, 1, TierFixture.COPY);
        tier.s3.faults().add(outage);
        TierFixture.appendTens(store, 12);
        TierFixture.sync(storage, store);
        store.truncateTo(110);
        TierFixture.sync(storage, store);
        TierFixture.await(() -> tier.s3.faults().injected().getOrDefault(fault, 0L) >= (fault == S3Fault.SLOW ? 1 : 3));
        long begun = System.nanoTime();
        storage.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LONGEST);
        tier.s3.faults().clear();
        try (Storage again = tier.open(directory)) {
            PartitionStore reopened = again.open(TierFixture.ID, 2, TierFixture.COPY);
            assertThat(TierFixture.readAll(reopened, 0)).isEqualTo(TierFixture.tens(0, 110));
            TierFixture.awaitUploads(reopened);
        }
    }
}
