// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.Extent;
import io.varve.file.disk.FileFailPoints;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Kills the process while it empties a partition of offsets 25 to 170. */
class InterruptedEmptyingTest extends FileTestBase {
    private static final Extent BEFORE = new Extent(25, 170, 170);

    /** An edit that empties the partition, and the offset at which it then begins and ends. */
    enum Emptying {
        TRIMMED_BEYOND_ITS_END(177, test -> test.store.trimTo(177)),
        TRIMMED_TO_ITS_END(170, test -> test.store.trimTo(170)),
        TRUNCATED_BELOW_ITS_START(10, test -> test.store.truncateTo(10)),
        TRUNCATED_WITHIN_ITS_FIRST_BATCH(25, test -> test.store.truncateTo(28));

        private final long at;
        private final Consumer<FileTestBase> edit;

        Emptying(long at, Consumer<FileTestBase> edit) {
            this.at = at;
            this.edit = edit;
        }
    }

    private static Stream<Arguments> everywhere() {
        return Stream.of(Emptying.values())
                .flatMap(emptying -> Stream.of(FileFailPoints.EMPTY_BEFORE_FILES, FileFailPoints.EMPTY_BEFORE_CREATE)
                        .map(place -> Arguments.of(emptying, place)));
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void leavesThePartitionAsItWasOrEmptyAndReportsNoDamage(Emptying emptying, String place) throws IOException {
        fill();
        dieWithin(emptying, place);
        List<String> lines = LogLines.of(this::open);
        assertThat(lines).noneMatch(line -> line.contains("lost,") || line.contains(" 1 is damaged"));
        assertThat(store.extent()).isIn(BEFORE, empty(emptying.at));
        if (store.extent().equals(BEFORE)) {
            assertThat(readAll(store, 25)).isEqualTo(tens(20, 170));
        }
        emptying.edit.accept(this);
        assertThat(store.extent()).isEqualTo(empty(emptying.at));
        appendTens(2);
        sync();
        rig.die();
        open();
        assertThat(readAll(store, emptying.at)).containsExactly(emptying.at, emptying.at + 10);
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void laterDamageIsStillReported(Emptying emptying, String place) throws IOException {
        fill();
        dieWithin(emptying, place);
        open();
        emptying.edit.accept(this);
        appendTens(2);
        sync();
        dieCheckpointed();
        Files.delete(log(emptying.at));
        assertThat(LogLines.of(this::open))
                .anyMatch(line -> line.contains("offsets from " + emptying.at + " on are lost"));
        assertThat(store.extent().readableEnd()).isEqualTo(emptying.at + 20);
    }

    private void fill() {
        appendTens(17);
        store.trimTo(25);
        sync();
        rig.reopen();
        open();
    }

    private void dieWithin(Emptying emptying, String place) {
        rig.failPoints.arm(place, () -> {
            throw new Crash();
        });
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> emptying.edit.accept(this))
                .isInstanceOf(Crash.class);
        rig.failPoints.disarm(place);
        rig.die();
    }

    private static Extent empty(long at) {
        return new Extent(at, at, at);
    }
}
