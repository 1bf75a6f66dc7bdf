// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares what peers are answered while they authenticate with the answers of a Kafka. */
@OnlyOnFiles(because = "who a client is, is settled before its requests are read")
class SaslSameAsKafkaIT {
    private static final int KAFKAS_PORT = FreePort.take();
    private static final int PORT = FreePort.take();

    @TempDir
    static Path directory;

    private static Broker kafka;
    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        int inner = FreePort.take();
        int controller = FreePort.take();
        kafka = KafkaBroker.format(
                        Files.createDirectory(directory.resolve("kafka")),
                        settings(
                                "listeners=PLAINTEXT://127.0.0.1:" + inner + ",CONTROLLER://127.0.0.1:" + controller
                                        + ",CLIENTS://127.0.0.1:" + KAFKAS_PORT,
                                "advertised.listeners=PLAINTEXT://127.0.0.1:" + inner + ",CLIENTS://127.0.0.1:"
                                        + KAFKAS_PORT,
                                "controller.quorum.voters=7@127.0.0.1:" + controller,
                                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,"
                                        + "CLIENTS:SASL_PLAINTEXT",
                                "inter.broker.listener.name=PLAINTEXT"))
                .start(inner);
        int own = FreePort.take();
        server = Server.start(
                Files.createDirectory(directory.resolve("own")),
                own,
                settings(
                        "listeners=PLAINTEXT://127.0.0.1:" + own + ",CLIENTS://127.0.0.1:" + PORT,
                        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CLIENTS:SASL_PLAINTEXT"));
    }

    private static String[] settings(String... listeners) {
        return Stream.concat(
                        Stream.of(listeners),
                        Stream.of(
                                "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256",
                                "listener.name.clients.plain.sasl.jaas.config="
                                        + "org.apache.kafka.common.security.plain.PlainLoginModule required"
                                        + " username=\"u\" password=\"p\" user_alice=\"a-secret\";",
                                "listener.name.clients.scram-sha-256.sasl.jaas.config="
                                        + "org.apache.kafka.common.security.scram.ScramLoginModule required;"))
                .toArray(String[]::new);
    }

    @AfterAll
    static void stop() {
        kafka.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void answers(SaslCase peer) throws Exception {
        assertThat(peer.outcome(PORT)).isEqualTo(peer.outcome(KAFKAS_PORT));
    }

    @Test
    void wordsOfFailuresAreKafkas() {
        for (String mechanism : List.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")) {
            assertThat(failure(PORT, mechanism)).as(mechanism).isEqualTo(failure(KAFKAS_PORT, mechanism));
        }
    }

    private static String failure(int port, String mechanism) {
        String module = mechanism.equals("PLAIN") ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
        try (Admin admin = Admin.create(Map.of(
                "bootstrap.servers",
                "127.0.0.1:" + port,
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                mechanism,
                "sasl.jaas.config",
                "org.apache.kafka.common.security." + module + " required username=\"nobody\" password=\"guess\";"))) {
            admin.describeCluster().nodes().get();
            return "authenticated";
        } catch (ExecutionException e) {
            return e.getCause() + " " + (e.getCause() instanceof SaslAuthenticationException);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
