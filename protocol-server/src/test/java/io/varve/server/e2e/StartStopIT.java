// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import io.varve.build.watch.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests starts, failed starts and stops of the server. */
class StartStopIT {
    private static final String MISREAD = "settings are read before there is a storage";
    private static final String LISTENING = "what a server listens on is no matter of its storage";

    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Await.PATIENCE;

    @TempDir
    Path directory;

    @Test
    void saysInOneLineThatItIsReadyAndNothingElse() {
        try (Server server = Server.start(directory)) {
            assertThat(server.running().out().lines())
                    .singleElement()
                    .asString()
                    .contains(server.bootstrap())
                    .contains(Backend.NAME + " storage")
                    .contains(server.data().toString())
                    .containsPattern("\\d+ partitions")
                    .containsPattern("\\d+ ms");
            assertThat(server.terminate(STOP)).isZero();
            assertThat(server.running().err()).isEmpty();
            assertThat(server.running().out().lines().skip(1))
                    .hasSize(2)
                    .first()
                    .asString()
                    .contains("Varve stops: a signal came");
            assertThat(server.running().out()).containsPattern("Varve has stopped after \\d+ ms");
        }
    }

    @Test
    void stopsWithinFiveSecondsUnderLoad() throws Exception {
        Map<String, Object> settings = Map.of("linger.ms", 5, "max.block.ms", 1_000, "enable.idempotence", false);
        try (Server server = Server.start(directory);
                Producer<String, String> producer = JavaClientsIT.producer(server, settings)) {
            AtomicBoolean stop = new AtomicBoolean();
            CountDownLatch flowing = new CountDownLatch(10_000);
            Thread load = new Thread(() -> {
                while (!stop.get()) {
                    producer.send(new ProducerRecord<>("load", "x".repeat(500)), (sent, failure) -> {
                        if (failure == null) {
                            flowing.countDown();
                        }
                    });
                }
            });
            load.start();
            try {
                assertThat(flowing.await(START.toSeconds(), TimeUnit.SECONDS)).isTrue();
                assertThat(server.terminate(STOP)).isZero();
            } finally {
                stop.set(true);
                load.join();
                producer.close(Duration.ZERO);
            }
        }
    }

    @Test
    void aPortInUseIsSaidInOneLine() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(refusal(directory, taken.getLocalPort()))
                    .contains(Integer.toString(taken.getLocalPort()))
                    .contains("in use");
        }
    }

    @Test
    void aSecondServerOnTheSameDirectoryIsRefusedInOneLine() throws IOException {
        try (Server first = Server.start(directory)) {
            assertThat(refusal(directory, FreePort.take()))
                    .contains(first.data().toString());
        }
    }

    @Test
    void aDirectoryThatCannotBeMadeIsSaidInOneLine() throws IOException {
        // A file is in its place: that stops root too, who may write anywhere.
        Files.writeString(directory.resolve("data"), "");
        assertThat(refusal(directory, FreePort.take()))
                .contains(directory.resolve("data").toString());
    }

    @Test
    @OnlyOnFiles(because = MISREAD)
    void aRefusalIsInTheLogToo() throws IOException {
        Map<String, String> toFile =
                Map.of("VARVE_LOG", "file", "LOG_DIR", directory.resolve("log").toString());
        try (Server server = Server.launch(directory, FreePort.take(), toFile, "num.partitions=many")) {
            assertThat(server.running().exitWithin(START)).isEqualTo(1);
            assertThat(Files.readAllLines(directory.resolve("log/varve.log")))
                    .singleElement()
                    .asString()
                    .contains("ERROR")
                    .contains(server.running().err().strip());
        }
    }

    @Test
    @OnlyOnFiles(because = LISTENING)
    void namesThePagesAddress() throws IOException {
        int http = FreePort.take();
        try (Server server = Server.start(directory, "http.listeners=HTTP://127.0.0.1:" + http)) {
            assertThat(server.running().out()).contains("HTTP://127.0.0.1:" + http);
        }
    }

    @Test
    @OnlyOnFiles(because = MISREAD)
    void aWrongValueIsSaidInOneLine() throws IOException {
        assertThat(refusal(directory, FreePort.take(), "num.partitions=many"))
                .isEqualTo("--override: num.partitions=many is wrong: must be a whole number, 1 or more");
        assertThat(refusal(directory, FreePort.take(), "storage.backend=tape"))
                .contains("storage.backend=tape")
                .contains("file, ")
                .contains("memory");
    }

    @Test
    void kafkasOwnFilesStartWithAWarningALine() throws IOException {
        try (Server server =
                Server.start(directory, "zookeeper.connect=localhost:2181", "broker.id=0", "background.threads=10")) {
            assertThat(server.running().out().lines().filter(line -> line.contains("WARN")))
                    .hasSize(3);
        }
    }

    @Test
    @OnlyOnFiles(because = LISTENING)
    void tellsTheClientsOfEachListenerItsOwnAddress() throws Exception {
        int outside = FreePort.take();
        int inside = FreePort.take();
        try (Server server = Server.start(
                directory,
                inside,
                "listeners=PLAINTEXT://localhost:" + inside + ",OUTSIDE://localhost:" + outside,
                "advertised.listeners=PLAINTEXT://localhost:" + inside + ",OUTSIDE://127.0.0.1:" + outside,
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,OUTSIDE:PLAINTEXT")) {
            for (int port : new int[] {inside, outside}) {
                try (Admin admin = Admin.create(Map.of("bootstrap.servers", "localhost:" + port))) {
                    assertThat(admin.describeCluster().nodes().get())
                            .singleElement()
                            .extracting(Node::port)
                            .isEqualTo(port);
                }
            }
            assertThat(server.running().out()).contains("OUTSIDE://127.0.0.1:" + outside);
        }
    }

    private static String refusal(Path directory, int port, String... overrides) throws IOException {
        try (Server server = Server.launch(directory, port, Map.of(), overrides)) {
            assertThat(server.running().exitWithin(START)).isEqualTo(1);
            assertThat(server.running().out()).isEmpty();
            assertThat(server.running().err().lines()).hasSize(1);
            return server.running().err().strip();
        }
    }
}
