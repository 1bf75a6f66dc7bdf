// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts how often appends look at the disk: seldom where there is much space. */
class SpaceCheckTest {
    private static final PartitionId ID = new PartitionId("orders", new UUID(7, 11), 3);
    private static final int RUN = 16_000;

    @TempDir
    Path directory;

    private final VirtualTime time = new VirtualTime(0);
    private SpaceCheck space;
    private long free = Long.MAX_VALUE / 4;
    private int looks;

    @BeforeEach
    void open() {
        LmdbConfig config = LmdbConfig.of(Map.of());
        space = new SpaceCheck(directory, config, new StagingMemory(config.stagingBytes()), time, () -> {
            looks++;
            return free;
        });
        space.reserve.restore();
    }

    private void append(int runs) {
        for (int i = 0; i < runs; i++) {
            space.require(ID, RUN);
        }
    }

    private boolean refuses() {
        StorageException refusal = catchThrowableOfType(StorageException.class, () -> append(1));
        return refusal != null && refusal.kind() == StorageException.Kind.FULL;
    }

    @Test
    void oneLookDoesForAMoment() {
        append(1_000);
        assertThat(looks).isEqualTo(1);
    }

    @Test
    void aLookAgesAndIsRepeated() {
        append(10);
        time.advanceNanos(SpaceGrant.MAX_AGE_NANOS);
        free = 0;
        assertThat(refuses()).isTrue();
    }

    @Test
    void eachAppendLooksWhereSpaceIsScarce() {
        free = SpaceGrant.MARGIN / 2;
        append(10);
        assertThat(looks).isEqualTo(10);
        free = 0;
        assertThat(refuses()).isTrue();
    }

    @Test
    void aLookGrantsNoMoreThanItFound() {
        free = SpaceGrant.MARGIN + 20 * SpaceCheck.needed(RUN);
        append(1);
        free = 0;
        int granted = 0;
        while (!refuses()) {
            granted++;
        }
        assertThat(granted).isBetween(1, 20);
    }

    @Test
    void aWriteThatFoundNoSpaceEndsTheGrant() {
        append(1);
        free = 0;
        space.refused("no space left on device");
        assertThat(refuses()).isTrue();
    }
}
