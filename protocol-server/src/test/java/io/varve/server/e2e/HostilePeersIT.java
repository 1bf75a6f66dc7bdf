// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import io.varve.build.watch.Await;
import io.varve.server.e2e.hostile.FewRights;
import io.varve.server.e2e.hostile.Harm;
import io.varve.server.e2e.hostile.HeldBack;
import io.varve.server.e2e.hostile.Siege;
import io.varve.server.e2e.hostile.SteadyClient;
import io.varve.server.e2e.hostile.TlsHarms;
import io.varve.server.e2e.hostile.TokenHarms;
import io.varve.server.net.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attacks the server by fifty connections, with one harm after the other, and measures clients beside
 * them: they see no errors and a bounded latency of 99 of 100 requests, and the server stays within its
 * memory and does not fill its log. {@code -Dvarve.test.hostile=REGEX} selects the harms whose names
 * contain a match, {@code -Dvarve.test.hostile.ms} sets the duration of each.
 */
@Timeout(600)
@OnlyOnFiles(because = "what harms a server is met before its storage is asked")
class HostilePeersIT {
    /**
     * What the attackers' own work can cost on two busy cores; harm that is not bounded takes seconds, and
     * most of it for ever.
     */
    private static final double LEAST_BOUND_MS = 1_500;

    private static final double TIMES_QUIET = 20;

    /** The heap's limit, the same of direct memory, and what a JVM needs besides. */
    private static final long MOST_BYTES = 1_000L << 20;

    private static final int MOST_LOG_LINES = 500;
    private static final int MOST_TRACE_LINES = 500;
    private static final int STEADY = 3;
    private static final int ACLS = 500;
    private static final long QUIET_MS = 1_500;
    private static final long SCENARIO_MS = Long.getLong("varve.test.hostile.ms", 800);
    private static final String ONLY = System.getProperty("varve.test.hostile", "");

    /** What was seen, a line for each harm as it ends. */
    private static final Path REPORT = Path.of("target", "hostile-peers-" + Backend.NAME + ".txt");

    @TempDir
    Path directory;

    private final int saslPort = FreePort.take();
    private final int tlsPort = FreePort.take();
    private final List<SteadyClient> steady = new ArrayList<>();
    private final List<String> report = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    @Test
    void clientsHardlyNoticePeersThatDoHarm() throws Exception {
        Files.deleteIfExists(REPORT);
        int port = FreePort.take();
        Path key = Files.writeString(
                directory.resolve("server.pem"),
                TlsHarms.AUTHORITY.issue("CN=localhost").pem());
        Path keys = Files.writeString(directory.resolve("keys.json"), TokenHarms.ISSUER.keys());
        Server server = Server.start(
                directory,
                port,
                Map.of("KAFKA_OPTS", "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=" + keys.toUri()),
                "listeners=PLAINTEXT://localhost:" + port + ",CLIENTS://localhost:" + saslPort + ",TLS://localhost:"
                        + tlsPort,
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CLIENTS:SASL_PLAINTEXT,TLS:SSL",
                "ssl.keystore.type=PEM",
                "ssl.keystore.location=" + key,
                "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users=User:ANONYMOUS",
                "listener.name.clients.connections.max.reauth.ms=" + FewRights.SESSION_MS,
                "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
                "sasl.oauthbearer.jwks.endpoint.url=" + keys.toUri(),
                "sasl.oauthbearer.expected.audience=" + TokenHarms.AUDIENCE,
                "listener.name.clients.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule"
                        + " required user_alice=\"a-secret\" user_bob=\"b-secret\";");
        try {
            prepare(server);
            requireThatTokensAreTaken();
            for (int i = 0; i < STEADY; i++) {
                steady.add(new SteadyClient("steady-" + i, server.port()));
            }
            quiet();
            double bound = quiet();
            for (Harm harm : Harm.all()) {
                if (harm.name().matches(".*(" + ONLY + ").*")) {
                    server = play(harm, server, bound);
                }
            }
            checkLog(server);
        } finally {
            steady.forEach(SteadyClient::close);
            server.close();
        }
        assertThat(failures).as(String.join("\n", report)).isEmpty();
    }

    private static void prepare(Server server) throws Exception {
        try (Admin admin = JavaClientsIT.admin(server)) {
            List<NewTopic> topics = new ArrayList<>(List.of(
                    new NewTopic(Siege.TOPIC, Siege.PARTITIONS + 1, (short) 1),
                    new NewTopic(Siege.BOMBS, 1, (short) 1)));
            for (int i = 0; i < STEADY; i++) {
                topics.add(new NewTopic("steady-" + i, 1, (short) 1));
            }
            admin.createTopics(topics).all().get();
            admin.createAcls(acls()).all().get();
            Map<String, String> each = new HashMap<>(Map.of(ClientQuotaEntity.CLIENT_ID, TokenHarms.MANY_USERS));
            each.put(ClientQuotaEntity.USER, null);
            admin.alterClientQuotas(List.of(quota(HeldBack.CLIENT, 1), quota(null, 1e15), quotaOf(each, 1e15)))
                    .all()
                    .get();
        }
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", server.bootstrap(), "batch.size", "16384"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            byte[] value = new byte[15_000];
            for (int partition = 0; partition < Siege.PARTITIONS; partition++) {
                for (int i = 0; i < 10; i++) {
                    producer.send(new ProducerRecord<>(Siege.TOPIC, partition, null, value));
                }
            }
        }
    }

    /** Who does harm as one of many users has to be one. */
    private void requireThatTokensAreTaken() throws IOException {
        try (RawClient user = new RawClient(saslPort)) {
            user.send(TokenHarms.session(499)).receive();
            ByteBuffer answer = user.receive();
            assertThat(answer.getShort(Integer.BYTES)).as("the error").isZero();
        }
    }

    /** Entries for others, so that there is something to search. */
    private static List<AclBinding> acls() {
        return IntStream.range(0, ACLS)
                .mapToObj(i -> new AclBinding(
                        new ResourcePattern(ResourceType.TOPIC, "of-others-" + i, PatternType.LITERAL),
                        new AccessControlEntry("User:carol", "*", AclOperation.READ, AclPermissionType.ALLOW)))
                .toList();
    }

    /** @param client null for each client that has no quota of its own */
    private static ClientQuotaAlteration quota(String client, double bytesPerSecond) {
        return quotaOf(Collections.singletonMap(ClientQuotaEntity.CLIENT_ID, client), bytesPerSecond);
    }

    private static ClientQuotaAlteration quotaOf(Map<String, String> whose, double bytesPerSecond) {
        return new ClientQuotaAlteration(
                new ClientQuotaEntity(whose),
                List.of(new ClientQuotaAlteration.Op("producer_byte_rate", bytesPerSecond)));
    }

    /** @return the bound, from how long requests take without trouble */
    private double quiet() throws IOException {
        SteadyClient.measured(steady);
        pass(QUIET_MS);
        double quiet = SteadyClient.measured(steady).p99();
        double bound = Math.max(LEAST_BOUND_MS, TIMES_QUIET * quiet);
        tell("quiet: p99 %.1f ms, so the bound is %.1f ms".formatted(quiet, bound));
        return bound;
    }

    /** Measurements of one harm. */
    private record Seen(SteadyClient.Measured measured, long mostBytes, boolean alive) {
        boolean isTrouble() {
            return measured.trouble() != null || !alive;
        }
    }

    /** @return the server, or the one that had to take its place */
    private Server play(Harm harm, Server server, double bound) throws IOException {
        Seen seen = besiege(harm, server);
        double within = bound;
        if (!seen.isTrouble() && seen.measured.p99() >= bound) {
            // Others may have been busy on this machine. What is wrong with the server is wrong again.
            within = quiet();
            seen = besiege(harm, server);
        }
        double p99 = seen.measured.p99();
        check(harm, "ended the server", seen.alive);
        check(harm, "made a client fail: " + seen.measured.trouble(), seen.measured.trouble() == null);
        check(harm, "kept clients waiting: p99 %.1f ms".formatted(p99), p99 < within);
        check(harm, "took memory: " + (seen.mostBytes >> 20) + " MB", seen.mostBytes < MOST_BYTES);
        if (!seen.isTrouble()) {
            return server;
        }
        // What the others do is worth knowing too.
        server.running().process().destroyForcibly();
        server.running().exitWithin(Await.PATIENCE);
        Server next = server.again();
        quiet();
        return next;
    }

    private Seen besiege(Harm harm, Server server) throws IOException {
        long most = 0;
        Siege siege = new Siege(
                harm,
                switch (harm.besieged()) {
                    case OPEN -> server.port();
                    case SASL -> saslPort;
                    case TLS -> tlsPort;
                });
        try {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SCENARIO_MS);
            while (System.nanoTime() < end) {
                pass(50);
                most = Math.max(most, resident(server));
            }
        } finally {
            siege.close();
        }
        SteadyClient.Measured measured = SteadyClient.measured(steady);
        boolean alive = server.running().process().isAlive();
        tell("%-60s p99 %8.1f ms, %4d requests, %4d MB%s%s"
                .formatted(
                        harm.name(),
                        measured.p99(),
                        measured.nanos().size(),
                        most >> 20,
                        alive ? "" : ", the server ended",
                        measured.trouble() == null ? "" : ", " + measured.trouble()));
        return new Seen(measured, most, alive);
    }

    private void tell(String line) throws IOException {
        report.add(line);
        Files.writeString(REPORT, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void check(Harm kind, String harm, boolean unharmed) {
        if (!unharmed) {
            failures.add(kind.name() + " " + harm);
        }
    }

    private void checkLog(Server server) throws IOException {
        List<String> lines =
                (server.running().out() + server.running().err()).lines().toList();
        long traces = lines.stream().filter(line -> line.startsWith("\tat ")).count();
        tell("%d lines of log, %d of them of stack traces".formatted(lines.size(), traces));
        String all = String.join("\n", lines);
        if (lines.size() > MOST_LOG_LINES + traces || traces > MOST_TRACE_LINES) {
            failures.add("the log was filled: " + all.substring(0, Math.min(all.length(), 20_000)));
        }
        if (lines.stream().anyMatch(line -> line.startsWith("2026-01-01 ERROR forged"))) {
            failures.add("a line of the log was a peer's");
        }
    }

    private static long resident(Server server) {
        return server.running().process().isAlive() ? server.residentBytes() : 0;
    }

    private static void pass(long ms) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
    }
}
