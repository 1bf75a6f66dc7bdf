// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import io.varve.build.watch.Await;
import io.varve.server.logging.LogTap;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(300)
class FuzzTest {
    private static final long SEED = 20_260_101;
    private static final int REQUESTS = Fuzz.requests(25_000);
    private static final long HEAP_SLACK = 32 * 1024 * 1024;

    @RegisterExtension
    private final LogTap log = LogTap.onAll();

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    @BeforeEach
    void watch() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    @AfterEach
    void unwatch() {
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void survivesDamagedRequestsOfEveryApi() throws Exception {
        ScriptedHandler[] handlers = ApiKeys.apisForListener(ListenerType.BROKER).stream()
                .filter(api -> api != ApiKeys.API_VERSIONS)
                .map(api -> ScriptedHandler.answering(api, request -> {
                    // As a handler would: look at all of it.
                    assertThat(request.body().data().toString()).isNotNull();
                    return ApiMessageType.fromApiKey(api.id).newResponse();
                }))
                .toArray(ScriptedHandler[]::new);
        try (NetServer server = Servers.start(handlers)) {
            new Fuzz(Servers.port(server), SEED - 1, REQUESTS / 20).run();
            long heap = heapInUse();
            long direct = server.allocator().metric().usedDirectMemory();

            Fuzz.Result result = new Fuzz(Servers.port(server), SEED, REQUESTS).run();

            assertThat(result.sent()).isEqualTo(REQUESTS);
            assertThat(result.answered()).as("survived, of %s", result).isGreaterThan(REQUESTS / 10);
            assertThat(result.closed()).as("refused, of %s", result).isGreaterThan(REQUESTS / 10);
            Await.until("no buffer in use", () -> server.allocator().pinnedDirectMemory() == 0);
            assertThat(server.context().budget().queuedBytes()).isZero();
            assertThat(server.context().budget().partialBytes()).isZero();
            assertThat(server.allocator().metric().usedDirectMemory())
                    .isLessThanOrEqualTo(
                            Math.max(direct, 2L * server.allocator().metric().chunkSize()));
            assertThat(heapInUse()).isLessThan(heap + HEAP_SLACK);
        }
        List<String> lines = log.lines();
        assertThat(lines).noneMatch(line -> line.contains("LEAK"));
        assertThat(lines).as("one line per kind of trouble in ten seconds").hasSizeLessThan(50 + REQUESTS / 10_000);
    }

    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
