// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.LIMITS;
import static io.varve.s3.TierFixture.SIZE;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.awaitUploads;
import static io.varve.s3.TierFixture.readAll;
import static io.varve.s3.TierFixture.sync;
import static io.varve.s3.TierFixture.tens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.Tiering;
import io.varve.s3server.FaultRule;
import io.varve.s3server.S3Fault;
import io.varve.s3server.S3Faults;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fills the local disk, and checks what gives way, and what must not. */
class LocalSpaceTest extends TierTest {
    private static final PartitionId OTHER = new PartitionId("payments", new UUID(13, 17), 0);
    /** Batches that the disk takes. */
    private static final int SPACE = 20;

    @BeforeEach
    void configure() {
        tier.properties.put("s3.request.timeout.ms", "8000");
    }

    private Storage open(String onFull) {
        tier.properties.put("s3.on.backlog.full", onFull);
        return tier.open(root, new SmallHotProvider(SPACE * SIZE));
    }

    private S3Faults.Rule outage() {
        return tier.s3.faults().add(FaultRule.of(S3Fault.UNREACHABLE));
    }

    @Test
    void dropsLocalCopiesOfWhatIsUploaded() {
        try (Storage storage = open("block")) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, SPACE);
            sync(storage, store);
            TierFixture.await(() -> store.segments().get(2).isRemote());
            appendTens(store, 3);
            assertThat(store.segments().get(0).isLocal()).isFalse();
            assertThat(readAll(store, 0)).isEqualTo(tens(0, (SPACE + 3) * 10L));
        }
    }

    @Test
    void dropsThoseOfAnotherPartition() {
        try (Storage storage = open("block")) {
            PartitionStore other = storage.open(OTHER, 1, COPY);
            appendTens(other, SPACE - 1);
            sync(storage, other);
            awaitUploads(other);
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 5);
            assertThat(other.segments().get(0).isLocal()).isFalse();
            assertThat(readAll(other, 0)).isEqualTo(tens(0, (SPACE - 1) * 10L));
        }
    }

    @Test
    void refusesProducersUntilUploadsHaveMadeSpace() {
        try (Storage storage = open("block")) {
            PartitionStore store = storage.open(ID, 1, COPY);
            try (S3Faults.Rule outage = outage()) {
                appendTens(store, SPACE);
                sync(storage, store);
                StorageException full = catchThrowableOfType(StorageException.class, () -> appendTens(store, 1));
                assertThat(full.kind()).isEqualTo(StorageException.Kind.FULL);
                assertThat(store.extent().start()).isZero();
                TierFixture.await(() -> outage.hits() > 0);
            }
            TierFixture.await(() -> store.segments().get(0).isRemote());
            appendTens(store, 3);
            assertThat(readAll(store, 0)).isEqualTo(tens(0, (SPACE + 3) * 10L));
        }
    }

    @Test
    void givesUpTheOldestButNothingPinnedIfTheOperatorSaysSo() {
        try (Storage storage = open("drop-oldest")) {
            PartitionStore store = storage.open(ID, 1, new PartitionSettings(LIMITS, false, Tiering.COPY, 100));
            try (S3Faults.Rule outage = outage()) {
                appendTens(store, SPACE);
                sync(storage, store);
                appendTens(store, 6);
                assertThat(store.extent().start()).isEqualTo(100);
                appendTens(store, 4);
                TierFixture.await(() -> outage.hits() > 0);
                StorageException full = catchThrowableOfType(StorageException.class, () -> appendTens(store, 1));
                assertThat(full.kind()).isEqualTo(StorageException.Kind.FULL);
                assertThat(store.extent().start()).isEqualTo(100);
            }
            sync(storage, store);
            awaitUploads(store);
            assertThat(readAll(store, 100)).isEqualTo(tens(100, (SPACE + 10) * 10L));
        }
    }
}
