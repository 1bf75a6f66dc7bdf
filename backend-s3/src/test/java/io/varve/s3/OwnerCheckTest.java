// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.EPOCH;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.s3server.FaultRule;
import io.varve.s3server.S3Fault;
import io.varve.s3server.S3Faults;
import io.varve.s3server.S3RequestKind;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Takes the storage of a server over that only reads, and has it notice. */
class OwnerCheckTest extends TierTest {
    @Test
    void aServerThatCommitsNothingStopsServingWhenAnotherHasClaimedItsStorage() {
        try (Storage idle = tier.open(root.resolve("former"))) {
            PartitionStore stale = idle.open(ID, 1, COPY);
            appendTens(stale, 3);
            sync(idle, stale);
            try (Storage later = tier.open(root.resolve("later"))) {
                TierFixture.await(() -> isFenced(() -> read(stale)));
                assertFenced(() -> appendTens(stale, 1));
                assertFenced(() -> stale.offsetAt(EPOCH));
                assertFenced(() -> stale.readAsync(0, Long.MAX_VALUE, 1).join());
                assertThat(idle.sync(List.of(stale)).byPartition().get(ID).kind())
                        .isEqualTo(StorageException.Kind.FENCED);
                appendTens(later.open(ID, 1, COPY), 1);
            }
        }
    }

    @Test
    void anOutageOfTheBucketFencesNoOne() {
        tier.properties.put("s3.request.timeout.ms", "8000");
        tier.properties.put("s3.attempt.timeout.ms", "8000");
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 3);
            try (S3Faults.Rule outage =
                    tier.s3.faults().add(FaultRule.of(S3Fault.UNREACHABLE).on(S3RequestKind.GET))) {
                TierFixture.await(() -> outage.hits() > 1);
                read(store);
                sync(storage, store);
            }
            appendTens(store, 1);
            sync(storage, store);
        }
    }

    private static void read(PartitionStore store) {
        store.read(0, Long.MAX_VALUE, 1).close();
    }

    private static boolean isFenced(Runnable call) {
        try {
            call.run();
            return false;
        } catch (StorageException e) {
            return e.kind() == StorageException.Kind.FENCED;
        }
    }

    private static void assertFenced(ThrowingCallable call) {
        assertThatThrownBy(call)
                .satisfies(thrown -> assertThat(thrown instanceof StorageException ? thrown : thrown.getCause())
                        .isInstanceOfSatisfying(
                                StorageException.class,
                                e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.FENCED)));
    }
}
