// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.server.logging.LogTap;
import io.varve.server.net.NetConfig.Connections;
import io.varve.server.net.NetConfig.Requests;
import io.varve.server.net.TlsFuzz.Fate;
import io.varve.server.security.SecuredListeners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Damaged records of TLS, in handshakes and behind them, as many as wanted. */
@Timeout(300)
class TlsFuzzTest {
    private static final long SEED = Long.getLong("varve.test.fuzz.seed", 20_261_201);
    private static final int CONNECTIONS = Fuzz.requests(1_000);

    /** A line for each run. */
    private static final Path REPORT = Path.of("target", "tls-fuzz.txt");

    private static final int LINES_IN_TEN_SECONDS = 20;
    private static final MetadataRequestData ASKED = new MetadataRequestData()
            .setTopics(List.of(new MetadataRequestTopic().setName("changed-by-nobody-on-the-way")));

    @RegisterExtension
    private final LogTap log = LogTap.onAll();

    private final LongAdder served = new LongAdder();
    private final LongAdder changed = new LongAdder();

    @Test
    void servesNothingThatWasChangedAndEndsWhoeverDamagesRecords() throws IOException {
        long begun = System.nanoTime();
        SecuredListeners tls = Tls.listener("ssl.client.auth", "requested");
        Map<Fate, Integer> fates;
        try (NetServer server = Servers.start(
                Servers.config(Connections.DEFAULT, Requests.DEFAULT),
                tls,
                NettyTransport.best(),
                ScriptedHandler.answering(ApiKeys.METADATA, request -> {
                    (request.body().data().equals(ASKED) ? served : changed).increment();
                    return new MetadataResponseData();
                }))) {
            byte[] request = RawClient.frame(ApiKeys.METADATA, (short) 1, 1, ASKED);

            fates = new TlsFuzz(server, tls.of("PLAINTEXT"), request, SEED, CONNECTIONS).run();

            long failed = tls.tls("PLAINTEXT").orElseThrow().failedHandshakes();
            Files.writeString(
                    REPORT,
                    "seed " + SEED + ": " + fates + ", " + served + " served, " + failed + " handshakes failed\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            assertThat(fates.values().stream().mapToInt(Integer::intValue).sum())
                    .isEqualTo(CONNECTIONS);
            assertThat(fates.get(Fate.SERVED)).as("%s", fates).isGreaterThan(CONNECTIONS / 20);
            assertThat(fates.get(Fate.CLOSED)).as("%s", fates).isGreaterThan(CONNECTIONS / 4);
            assertThat(changed.sum()).isZero();
            assertThat(failed).isGreaterThan(CONNECTIONS / 10);
            Await.until("no connection", () -> server.context().connections().isEmpty());
            Await.until("no buffer in use", () -> server.allocator().pinnedDirectMemory() == 0);
            assertThat(server.context().budget().queuedBytes()).isZero();
            assertThat(server.context().budget().partialBytes()).isZero();
        }
        List<String> lines = log.lines();
        assertThat(lines).noneMatch(line -> line.contains("LEAK") || line.contains("which failed"));
        assertThat(log.events()).noneMatch(line -> line.getThrowableProxy() != null);
        long tens = 1 + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun) / 10;
        assertThat(lines.size()).isLessThan((int) (LINES_IN_TEN_SECONDS * tens));
    }
}
