// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.await;
import static io.varve.s3.TierFixture.awaitUploads;
import static io.varve.s3.TierFixture.readAll;
import static io.varve.s3.TierFixture.sync;
import static io.varve.s3.TierFixture.tens;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.s3.manifest.RemotePartition;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Has a tool ask for the deletion of what was set aside. */
class SetAsideTest extends TierTest {
    @BeforeEach
    void sweepOften() {
        tier.properties.put("s3.sweep.interval.ms", "1000");
    }

    private PartitionStore upload(Storage storage, int batches) {
        PartitionStore store = storage.open(ID, 1, COPY);
        appendTens(store, batches);
        store.seal();
        sync(storage, store);
        awaitUploads(store);
        return store;
    }

    private TierAccess access() {
        return TierAccess.open(tier.properties, Clock.system(), tier.scheduler, Ids.random());
    }

    private static List<RemotePartition> aside(TierAccess access) {
        return access.manifest().partitions().stream()
                .filter(RemotePartition::aside)
                .toList();
    }

    private List<String> objects() {
        return tier.s3.keys("test/main/data/");
    }

    @Test
    void theServerDeletesItWhenItIsAskedToAndNotBefore() {
        try (Storage storage = tier.open(root);
                TierAccess access = access()) {
            upload(storage, 12);
            storage.setAside(ID);
            await(() -> aside(access).size() == 1);
            List<String> first = objects();
            assertThat(first).isNotEmpty();
            PartitionStore next = upload(storage, 6);
            access.forgetAside(aside(access));
            await(() -> objects().stream().noneMatch(first::contains));
            assertThat(aside(access)).isEmpty();
            await(() -> tier.s3.keys("test/main/request/").isEmpty());
            next.dropLocal(Long.MAX_VALUE);
            assertThat(readAll(next, 0)).isEqualTo(tens(0, 60));
        }
    }

    /** What was set aside after the request is another one, even if its id is the same. */
    @Test
    void whatWasSetAsideLaterStays() {
        try (TierAccess access = access()) {
            List<RemotePartition> asked;
            try (Storage storage = tier.open(root)) {
                upload(storage, 12);
                storage.setAside(ID);
                await(() -> aside(access).size() == 1);
                asked = aside(access);
                upload(storage, 6);
                storage.setAside(ID);
                await(() -> aside(access).size() == 2);
            }
            access.forgetAside(asked);
            try (Storage storage = tier.open(root)) {
                await(() -> aside(access).size() == 1);
                assertThat(aside(access).get(0).end()).isEqualTo(60);
                await(() -> tier.s3.keys("test/main/request/").isEmpty());
                assertThat(storage.partitions()).isEmpty();
            }
        }
    }
}
