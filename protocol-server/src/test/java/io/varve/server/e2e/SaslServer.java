// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import io.varve.build.watch.Await;
import io.varve.server.security.SignedTokenSource;
import io.varve.server.security.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Starts a server with an open listener and one for clients that authenticate, by any mechanism. Alice is
 * known to PLAIN; tokens of OAUTHBEARER are Olive's.
 */
final class SaslServer {
    private static final String MODULES = "org.apache.kafka.common.security.";

    /**
     * How long clients of the listener for that stay authenticated. They begin anew in the last tenth or so,
     * in which they must get a core of a busy machine.
     */
    static final int BRIEF_MS = 4_000;

    private static final List<ScramMechanism> SCRAM =
            List.of(ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512);

    private final Server server;
    private final int port;
    private final int secure;
    private final int brief;
    private final Path authority;
    private final SignedTokenSource tokens;

    private SaslServer(Server server, int[] ports, Path authority, SignedTokenSource tokens) {
        this.server = server;
        this.authority = authority;
        this.tokens = tokens;
        port = ports[0];
        secure = ports[1];
        brief = ports[2];
    }

    static SaslServer start(Path directory, String... more) throws IOException {
        int open = FreePort.take();
        int[] ports = {FreePort.take(), FreePort.take(), FreePort.take()};
        TestAuthority authority = new TestAuthority("CN=Authority");
        Path key = Files.writeString(
                directory.resolve("server.pem"), authority.issue("CN=localhost").pem());
        SignedTokenSource tokens = SignedTokenSource.create();
        Path keys = directory.resolve("keys.json");
        Files.writeString(keys, tokens.keys());
        String[] settings = Stream.concat(
                        Stream.of(
                                "listeners=PLAINTEXT://127.0.0.1:" + open + ",CLIENTS://127.0.0.1:" + ports[0]
                                        + ",SECURE://127.0.0.1:" + ports[1] + ",BRIEF://127.0.0.1:" + ports[2],
                                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CLIENTS:SASL_PLAINTEXT,"
                                        + "SECURE:SASL_SSL,BRIEF:SASL_PLAINTEXT",
                                "listener.name.secure.ssl.keystore.type=PEM",
                                "listener.name.secure.ssl.keystore.location=" + key,
                                "listener.name.secure.plain.sasl.jaas.config=" + MODULES
                                        + "plain.PlainLoginModule required user_alice=\"a-secret\";",
                                "listener.name.brief.connections.max.reauth.ms=" + BRIEF_MS,
                                "listener.name.brief.plain.sasl.jaas.config=" + MODULES
                                        + "plain.PlainLoginModule required user_alice=\"a-secret\";",
                                "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
                                "listener.name.clients.plain.sasl.jaas.config=" + MODULES
                                        + "plain.PlainLoginModule required user_alice=\"a-secret\";",
                                "sasl.oauthbearer.jwks.endpoint.url=" + keys.toUri(),
                                "sasl.oauthbearer.expected.audience=varve"),
                        Stream.of(more))
                .toArray(String[]::new);
        Map<String, String> environment =
                Map.of("KAFKA_OPTS", "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=" + keys.toUri());
        Server server = Server.launch(directory, open, environment, settings);
        server.running().awaitOutput(out -> out.contains("ready"));
        return new SaslServer(server, ports, authority.pem(directory.resolve("authority.pem")), tokens);
    }

    /** The server, whose open listener asks nobody who they are. */
    Server server() {
        return server;
    }

    /** Where clients that authenticate find it. */
    String address() {
        return "127.0.0.1:" + port;
    }

    /** Where clients that authenticate find it by TLS. */
    String secureAddress() {
        return "127.0.0.1:" + secure;
    }

    /** The certificate of who has signed the server's. */
    Path authority() {
        return authority;
    }

    /** The settings of a client, changed so that it uses TLS. */
    Map<String, Object> secured(Map<String, Object> client) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("bootstrap.servers", secureAddress());
        settings.put("security.protocol", "SASL_SSL");
        settings.put("ssl.truststore.type", "PEM");
        settings.put("ssl.truststore.location", authority.toString());
        return settings;
    }

    /** The port where clients have to authenticate again every now and then. */
    int briefPort() {
        return brief;
    }

    SignedTokenSource tokens() {
        return tokens;
    }

    /** Ends it in order, and returns what it has logged. */
    String stop() {
        int code = server.terminate(Server.STOP);
        String log = server.running().out() + server.running().err();
        assertThat(code).as(log).isZero();
        return log;
    }

    /** Stores credentials of both mechanisms, each by a request: one that names a user twice is refused. */
    void addScram(String user, String password) throws Exception {
        try (Admin admin = admin()) {
            for (ScramMechanism mechanism : SCRAM) {
                ScramCredentialInfo info = new ScramCredentialInfo(mechanism, 4096);
                admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(user, info, password)))
                        .all()
                        .get();
            }
        }
    }

    /** Does something about users with {@code kafka-configs.sh}. */
    void configs(String arguments) {
        List<String> command =
                new ArrayList<>(List.of("bin/kafka-configs.sh", "--bootstrap-server", server.bootstrap()));
        command.addAll(List.of(arguments.split(" ")));
        try (ChildProcess tool = ChildProcess.start(command.toArray(String[]::new))) {
            tool.succeed();
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", server.bootstrap()));
    }

    /** The settings of somebody who is known. */
    Map<String, Object> client(String mechanism) {
        return switch (mechanism) {
            case "PLAIN" -> client(mechanism, "alice", "a-secret");
            case "OAUTHBEARER" -> clientWithToken(tokens.valid("olive"));
            default -> client(mechanism, "bob", "b-secret");
        };
    }

    Map<String, Object> client(String mechanism, String user, String password) {
        return client(mechanism, Map.of("sasl.jaas.config", jaas(mechanism, user, password)));
    }

    static String jaas(String mechanism, String user, String password) {
        String module = mechanism.equals("PLAIN") ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
        return MODULES + module + " required username=\"" + user + "\" password=\"" + password + "\";";
    }

    Map<String, Object> clientWithToken(String token) {
        return client(
                "OAUTHBEARER",
                Map.of(
                        "sasl.login.callback.handler.class",
                        GivenToken.class.getName(),
                        "sasl.jaas.config",
                        MODULES + "oauthbearer.OAuthBearerLoginModule required token=\"" + token + "\";"));
    }

    Map<String, Object> clientWithUnsignedToken() {
        return client(
                "OAUTHBEARER",
                Map.of(
                        "sasl.login.callback.handler.class",
                        MODULES + "oauthbearer.internals.unsecured.OAuthBearerUnsecuredLoginCallbackHandler",
                        "sasl.jaas.config",
                        MODULES
                                + "oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"eve\";"));
    }

    private Map<String, Object> client(String mechanism, Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put("bootstrap.servers", address());
        settings.put("security.protocol", "SASL_PLAINTEXT");
        settings.put("sasl.mechanism", mechanism);
        return settings;
    }

    /** Sends records to a topic, and reads them as a member of a group. */
    List<String> roundTrip(String topic, Map<String, Object> client, List<String> values) throws Exception {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, value)).get();
            }
        }
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("group.id", topic);
        settings.put("auto.offset.reset", "earliest");
        List<String> read = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            Await.until(values.size() + " records", () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> read.add(record.value()));
                return read.size() >= values.size();
            });
        }
        return read;
    }
}
