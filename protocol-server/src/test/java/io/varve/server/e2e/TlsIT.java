// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.build.ports.FreePort;
import io.varve.build.watch.Await;
import io.varve.server.security.TestAuthority;
import io.varve.server.security.TestIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLSocket;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Has clients read what they may read, and fail to write, on a server that speaks nothing but TLS: known by
 * their certificates on one listener, by SASL on the others, one of which wants a certificate too.
 */
@OnlyOnFiles(because = "a connection is secured before its requests are read")
class TlsIT {
    private static final String PYTHON = "protocol-server/src/test/python/";
    private static final List<String> RECORDS = List.of("one", "two");

    @TempDir
    static Path directory;

    private static final TestAuthority AUTHORITY = new TestAuthority("CN=authority");
    private static final int PORT = FreePort.take();
    private static final int SCRAM_PORT = FreePort.take();
    private static final int MUTUAL_PORT = FreePort.take();

    private static Server server;
    private static Path authority;
    private static Path key;
    private static Path reader;
    /** Whose certificate no access control entry names. */
    private static Path stranger;

    @BeforeAll
    static void start() throws Exception {
        authority = AUTHORITY.pem(directory.resolve("authority.pem"));
        key = identity("server.pem", "CN=localhost");
        reader = identity("reader.pem", "CN=Reader,OU=orders,O=Varve");
        stranger = identity("stranger.pem", "CN=Reader,OU=others,O=Varve");
        server = Server.start(
                directory,
                PORT,
                "listeners=SSL://localhost:" + PORT + ",SASL_SSL://localhost:" + SCRAM_PORT + ",MUTUAL://localhost:"
                        + MUTUAL_PORT,
                "listener.security.protocol.map=SSL:SSL,SASL_SSL:SASL_SSL,MUTUAL:SASL_SSL",
                "listener.name.mutual.ssl.client.auth=required",
                "listener.name.mutual.sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN",
                "listener.name.mutual.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule"
                        + " required user_bob=\"b-secret\";",
                "ssl.keystore.type=PEM",
                "ssl.keystore.location=" + key,
                "ssl.truststore.type=PEM",
                "ssl.truststore.location=" + authority,
                "ssl.client.auth=required",
                "ssl.principal.mapping.rules=RULE:^CN=([^,]+),OU=orders.*$/$1/L,DEFAULT",
                "sasl.enabled.mechanisms=SCRAM-SHA-512",
                "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users=User:admin");
        Map<String, Object> admin = certified(identity("admin.pem", "CN=Admin,OU=orders,O=Varve"));
        Path config = Files.write(
                directory.resolve("admin.properties"),
                admin.entrySet().stream()
                        .map(setting -> setting.getKey() + "=" + setting.getValue())
                        .toList());
        try (Admin client = Admin.create(admin)) {
            client.createTopics(List.of(new NewTopic("orders", 1, (short) 1)))
                    .all()
                    .get();
        }
        for (String record : RECORDS) {
            produce(admin, record);
        }
        tool(
                "kafka-configs.sh",
                config,
                "--alter --add-config SCRAM-SHA-512=[password=b-secret] --entity-type users --entity-name bob");
        String readers = "--add --allow-principal User:reader --allow-principal User:bob --operation Read ";
        assertThat(tool("kafka-acls.sh", config, readers + "--topic orders --group *"))
                .contains("(principal=User:reader, host=*, operation=READ, permissionType=ALLOW)");
    }

    @AfterAll
    static void stop() {
        int code = server.terminate(Server.STOP);
        String log = server.running().out() + server.running().err();
        assertThat(code).as(log).isZero();
        assertThat(log).doesNotContain("b-secret", "BEGIN", "ERROR", "Exception");
    }

    private static Path identity(String file, String distinguishedName) throws IOException {
        return Files.writeString(
                directory.resolve(file), AUTHORITY.issue(distinguishedName).pem());
    }

    private static String tool(String script, Path config, String arguments) {
        List<String> command = new ArrayList<>(List.of(
                "bin/" + script, "--bootstrap-server", "localhost:" + PORT, "--command-config", config.toString()));
        command.addAll(List.of(arguments.split(" ")));
        try (ChildProcess tool = ChildProcess.start(command.toArray(String[]::new))) {
            return tool.succeed();
        }
    }

    private static Map<String, Object> trusting(String protocol, int port) {
        return new HashMap<>(Map.of(
                "bootstrap.servers",
                "localhost:" + port,
                "security.protocol",
                protocol,
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                authority.toString()));
    }

    private static Map<String, Object> certified(Path identity) {
        return certified(trusting("SSL", PORT), identity);
    }

    private static Map<String, Object> certified(Map<String, Object> client, Path identity) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("ssl.keystore.type", "PEM");
        settings.put("ssl.keystore.location", identity.toString());
        return settings;
    }

    private static Map<String, Object> scram() {
        return scram(SCRAM_PORT);
    }

    private static Map<String, Object> scram(int port) {
        Map<String, Object> settings = trusting("SASL_SSL", port);
        settings.put("sasl.mechanism", "SCRAM-SHA-512");
        settings.put("sasl.jaas.config", SaslServer.jaas("SCRAM-SHA-512", "bob", "b-secret"));
        return settings;
    }

    /** Not idempotent: such producers fail earlier, when they ask for an identity. */
    private static void produce(Map<String, Object> client, String value) throws Exception {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("enable.idempotence", false);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("orders", value)).get();
        }
    }

    private static List<String> consume(Map<String, Object> client) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("group.id", "java-" + client.get("bootstrap.servers"));
        settings.put("auto.offset.reset", "earliest");
        List<String> read = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("orders"));
            Await.until("the records", () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> read.add(record.value()));
                return read.size() >= RECORDS.size();
            });
        }
        return read;
    }

    private static void assertMayNotWrite(Map<String, Object> client) {
        assertThatThrownBy(() -> produce(client, "never"))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    void javaClientsByCertificateReadAndMayNotWrite() {
        assertThat(consume(certified(reader))).isEqualTo(RECORDS);
        assertMayNotWrite(certified(reader));
    }

    @Test
    void javaClientsByScramReadAndMayNotWrite() {
        assertThat(consume(scram())).isEqualTo(RECORDS);
        assertMayNotWrite(scram());
    }

    /** The certificate lets the client in, and its password says who it is. */
    @Test
    void javaClientsByBothAreWhoTheyAreByTheirPassword() {
        Map<String, Object> both = certified(scram(MUTUAL_PORT), stranger);
        assertThat(consume(both)).isEqualTo(RECORDS);
        assertMayNotWrite(both);
    }

    @Test
    void aCertificateThatNoEntryNamesOpensNothing() throws Exception {
        assertThatThrownBy(() -> consume(certified(stranger))).isInstanceOf(TopicAuthorizationException.class);
        assertMayNotWrite(certified(stranger));
    }

    @Test
    void whoShowsNoCertificateIsNotLetIn() {
        for (Map<String, Object> client : List.of(trusting("SSL", PORT), scram(MUTUAL_PORT))) {
            try (Admin admin = Admin.create(client)) {
                assertThatThrownBy(() -> admin.describeCluster().nodes().get())
                        .hasCauseInstanceOf(SslAuthenticationException.class);
            }
        }
    }

    @Test
    void kafkaPython2() {
        python(RequiredClients.systemPython("kafka"), "kafka_python_tls.py");
    }

    @Test
    void kafkaPython3() {
        python(RequiredClients.clientsPython("kafka"), "kafka_python_tls.py");
    }

    @Test
    void confluentKafka() {
        python(RequiredClients.clientsPython("confluent_kafka"), "confluent_tls.py");
    }

    private static void python(String python, String script) {
        try (ChildProcess client = ChildProcess.start(
                python,
                PYTHON + script,
                "localhost:" + PORT,
                "localhost:" + SCRAM_PORT,
                authority.toString(),
                reader.toString(),
                "localhost:" + MUTUAL_PORT,
                stranger.toString())) {
            assertThat(client.succeed()).contains("passed: SSL SASL_SSL both");
        }
    }

    /** Not by SCRAM: see {@link SaslIT#kcat}. */
    @Test
    void kcat() {
        String kcat = RequiredClients.command("kcat") + " -b localhost:" + PORT
                + " -X security.protocol=SSL -X ssl.ca.location=" + authority + " -X ssl.certificate.location=" + reader
                + " -X ssl.key.location=" + reader;
        try (ChildProcess consumer = ChildProcess.start("bash", "-c", kcat + " -C -t orders -o beginning -e -q")) {
            assertThat(consumer.succeed().lines()).containsExactlyElementsOf(RECORDS);
        }
        try (ChildProcess producer = ChildProcess.start("bash", "-c", kcat + " -P -t orders")) {
            assertThat(producer.feed("never\n").exitWithin(Await.PATIENCE)).isNotZero();
            assertThat(producer.err()).contains("Topic authorization failed");
        }
    }

    @Test
    void kcatByBoth() {
        String noCertificate = RequiredClients.command("kcat") + " -b localhost:" + MUTUAL_PORT
                + " -X security.protocol=SASL_SSL -X ssl.ca.location=" + authority
                + " -X sasl.mechanisms=PLAIN -X sasl.username=bob -X sasl.password=b-secret";
        String kcat = noCertificate + " -X ssl.certificate.location=" + stranger + " -X ssl.key.location=" + stranger;
        try (ChildProcess consumer = ChildProcess.start("bash", "-c", kcat + " -C -t orders -o beginning -e -q")) {
            assertThat(consumer.succeed().lines()).containsExactlyElementsOf(RECORDS);
        }
        try (ChildProcess refused = ChildProcess.start("bash", "-c", noCertificate + " -L -m 5")) {
            assertThat(refused.exitWithin(Await.PATIENCE)).isNotZero();
            assertThat(refused.out()).doesNotContain("orders");
        }
    }

    @Test
    void aNewCertificateNeedsNoRestart() throws Exception {
        TestIdentity next = AUTHORITY.issue("CN=localhost");
        Path written = Files.writeString(directory.resolve("next.pem"), next.pem());
        Files.move(written, key, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        Await.until(
                "the new certificate",
                () -> shownSerial().equals(next.certificate().getSerialNumber()));
        try (Admin admin = Admin.create(certified(reader))) {
            assertThat(admin.describeCluster().nodes().get()).hasSize(1);
        }
    }

    private static BigInteger shownSerial() {
        try (SSLSocket socket = (SSLSocket)
                AUTHORITY.client(null).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), SCRAM_PORT)) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
