// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.awaitUploads;
import static io.varve.s3.TierFixture.readAll;
import static io.varve.s3.TierFixture.sync;
import static io.varve.s3.TierFixture.tens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.s3server.FaultRule;
import io.varve.s3server.S3Fault;
import io.varve.s3server.S3Faults;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Takes the bucket away, and looks at who notices. */
class TierOutageTest extends TierTest {
    private static final PartitionId OTHER = new PartitionId("payments", new UUID(13, 17), 0);
    private static final long MAX_CLOSE_NANOS = 60_000_000_000L;

    @BeforeEach
    void configure() {
        tier.properties.put("s3.request.timeout.ms", "8000");
        tier.properties.put("s3.attempt.timeout.ms", "8000");
    }

    private S3Faults.Rule outage() {
        return tier.s3.faults().add(FaultRule.of(S3Fault.UNREACHABLE));
    }

    @Test
    void appendsTrimsAndDeletionsGoOnAndTheBacklogDrains() {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 12);
            sync(storage, store);
            awaitUploads(store);
            store.dropLocal(50);
            PartitionStore other = storage.open(OTHER, 1, COPY);
            appendTens(other, 6);
            sync(storage, other);
            awaitUploads(other);
            try (S3Faults.Rule outage = outage()) {
                store.trimTo(23);
                appendTens(store, 11);
                sync(storage, store);
                storage.delete(OTHER);
                assertThat(readAll(store, 50)).isEqualTo(tens(50, 230));
                StorageException cold =
                        catchThrowableOfType(StorageException.class, () -> store.read(30, Long.MAX_VALUE, 1));
                assertThat(cold.kind()).isEqualTo(StorageException.Kind.RETRY);
                assertThat(outage.hits()).isPositive();
            }
            awaitUploads(store);
            assertThat(readAll(store, 23)).isEqualTo(tens(20, 230));
            assertThat(storage.partitions()).containsExactly(ID);
            TierFixture.await(() -> tier.s3.keys("test/main/data/").stream()
                    .noneMatch(key -> key.contains(OTHER.topicId().toString())));
        }
    }

    @Test
    void closesInTimeAndLosesNothing() {
        Storage storage = tier.open(root);
        PartitionStore store = storage.open(ID, 1, COPY);
        try (S3Faults.Rule outage = outage()) {
            appendTens(store, 23);
            store.trimTo(23);
            sync(storage, store);
            TierFixture.await(() -> outage.hits() > 2);
            long begun = System.nanoTime();
            storage.close();
            assertThat(System.nanoTime() - begun).isLessThan(MAX_CLOSE_NANOS);
            StorageException away = catchThrowableOfType(StorageException.class, () -> tier.open(root));
            assertThat(away.kind()).isEqualTo(StorageException.Kind.RETRY);
        }
        try (Storage again = tier.open(root)) {
            PartitionStore same = again.open(ID, 1, COPY);
            assertThat(readAll(same, 23)).isEqualTo(tens(20, 230));
            awaitUploads(same);
        }
    }

    @Test
    void refusesDataThatIsNotTheBuckets() {
        try (Storage storage = tier.open(root.resolve("first"))) {
            sync(storage, storage.open(ID, 1, COPY));
        }
        try (Storage successor = tier.open(root.resolve("second"))) {
            successor.open(OTHER, 1, COPY);
        }
        StorageException refused = catchThrowableOfType(StorageException.class, () -> tier.open(root.resolve("first")));
        assertThat(refused.kind()).isEqualTo(StorageException.Kind.MISUSE);
        assertThat(refused.getMessage()).contains("s3.storage.id").doesNotContain("\n");
    }
}
