// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.server.logging.LogTap;
import io.varve.server.net.FrameFuzz.Fate;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Damaged frames meet the parser, authentication and guards, as many as wanted. */
@Timeout(300)
class FrameFuzzTest {
    private static final long SEED = Long.getLong("varve.test.fuzz.seed", 20_261_130);
    private static final int FRAMES = Fuzz.requests(100_000);

    /** A line for each run. */
    private static final Path REPORT = Path.of("target", "frame-fuzz.txt");

    private static final long HEAP_SLACK = 48 << 20;
    private static final int CHUNKS = 8;

    /** A turn of sound size takes a thousandth of it. */
    private static final long MOST_CPU_MS = 3_000;

    /** Kinds of trouble that have a line in ten seconds, and denials. */
    private static final int LINES_IN_TEN_SECONDS = 60;

    @RegisterExtension
    private final LogTap log = LogTap.onAll();

    @Test
    void survivesDamagedFramesBeforeAndAfterAuthentication() throws IOException {
        long begun = System.nanoTime();
        try (FuzzedServer fuzzed = new FuzzedServer()) {
            NetServer server = fuzzed.net();
            new FrameFuzz(server, SEED - 1, FRAMES / 20).run();
            long heap = heapInUse();

            FrameFuzz.Result result = new FrameFuzz(server, SEED, FRAMES).run();

            Files.writeString(
                    REPORT,
                    "seed " + SEED + ": " + result + ", " + fuzzed.served() + " served\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            assertThat(result.sent()).isEqualTo(FRAMES);
            for (Fate fate : List.of(Fate.ANSWERED, Fate.CLOSED)) {
                assertThat(result.of(fate)).as("%s of %s", fate, result).isGreaterThan(FRAMES / 10);
            }
            assertThat(result.of(Fate.WAITED)).as("%s", result).isLessThan(FRAMES / 100);
            assertThat(fuzzed.served()).isGreaterThan(FRAMES / 20);
            assertThat(fuzzed.strangersServed()).isZero();
            assertThat(result.maxCpuMs()).isLessThan(MOST_CPU_MS);
            Await.until("no buffer in use", () -> server.allocator().pinnedDirectMemory() == 0);
            assertThat(server.context().budget().queuedBytes()).isZero();
            assertThat(server.context().budget().partialBytes()).isZero();
            assertThat(server.context().connections()).isEmpty();
            assertThat(server.allocator().metric().usedDirectMemory())
                    .isLessThan((long) CHUNKS * server.allocator().metric().chunkSize());
            assertThat(heapInUse()).isLessThan(heap + HEAP_SLACK);
        }
        List<String> lines = log.lines();
        assertThat(lines).noneMatch(line -> line.contains("LEAK") || line.contains("which failed"));
        long tens = 1 + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun) / 10;
        assertThat(lines.size()).isLessThan((int) (LINES_IN_TEN_SECONDS * tens));
    }

    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
