// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.VirtualTime;
import io.varve.server.logging.LogTap;
import io.varve.server.net.NetConfig.Connections;
import io.varve.server.net.NetConfig.Requests;
import io.varve.server.security.ListenerSecurity;
import io.varve.server.security.SecuredListeners;
import io.varve.server.security.TestAuthority;
import io.varve.server.security.TestIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server whose key and trust stores change while clients connect. */
@Timeout(180)
class TlsReloadTest {
    private static final String SECRET = "sesame-1234";
    private static final long MINUTES_MS = 180_000;

    @TempDir
    Path directory;

    private final TestIdentity first = Tls.AUTHORITY.issue("CN=server");
    private final TestIdentity second = Tls.AUTHORITY.issue("CN=server");
    private final ScriptedHandler handler =
            ScriptedHandler.answering(ApiKeys.METADATA, request -> new MetadataResponseData());
    private final VirtualTime time = new VirtualTime(Clock.system().millis());

    @RegisterExtension
    private final LogTap log = LogTap.on("io.varve.server.security").from(Level.INFO);

    @AfterEach
    void close() {
        time.close();
    }

    @Test
    void newConnectionsGetTheNewCertificateAndOldOnesStay() throws Exception {
        Path file = Files.writeString(directory.resolve("server.pem"), first.pem());
        try (NetServer server = start("PEM", file);
                RawClient old = Tls.connect(Servers.port(server))) {
            old.send(RawClient.metadata(1)).receiveId();
            assertThat(serial(server)).isEqualTo(first.certificate().getSerialNumber());
            replace(file, second.pem());
            settle();
            assertThat(serial(server)).isEqualTo(second.certificate().getSerialNumber());
            old.send(RawClient.metadata(2)).receiveId();
            assertThat(log.lines())
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains("has loaded its key stores again", "CN=server");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"JKS", "PKCS12"})
    void storesOfKeytoolAreLoadedAgain(String type) throws Exception {
        Path file = first.store(directory.resolve("store"), type, SECRET, null);
        try (NetServer server = start(type, file, "ssl.keystore.password", SECRET)) {
            second.store(directory.resolve("next"), type, SECRET, null);
            Files.move(directory.resolve("next"), file, StandardCopyOption.REPLACE_EXISTING);
            settle();
            assertThat(serial(server)).isEqualTo(second.certificate().getSerialNumber());
        }
    }

    /** What may be in a file, and what is said of it. */
    private record Broken(String content, String said) {
        @Override
        public String toString() {
            return said;
        }
    }

    static Stream<Broken> broken() {
        TestIdentity sound = Tls.AUTHORITY.issue("CN=server");
        Instant now = Instant.now();
        return Stream.of(
                new Broken("", "ssl.keystore.location cannot be used"),
                new Broken(sound.pem().substring(0, 100), "ssl.keystore.location cannot be used"),
                new Broken(
                        sound.pem().substring(0, sound.keyPem().length() + 200),
                        "ssl.keystore.location cannot be used"),
                new Broken(sound.chainPem(), "ssl.keystore.location cannot be used"),
                new Broken(
                        Tls.AUTHORITY.issue("CN=server").keyPem() + sound.chainPem(),
                        "a private key that does not belong to the certificate of CN=server"),
                new Broken(
                        Tls.AUTHORITY
                                .issue("CN=server", now.minus(Duration.ofDays(9)), now.minus(Duration.ofDays(1)))
                                .pem(),
                        "has expired at"),
                new Broken(
                        Tls.AUTHORITY.issue("CN=stranger").pem(),
                        "a certificate of [CN=stranger], not of [CN=server] as before; ssl.allow.dn.changes=true"),
                new Broken(null, "there is no such file"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void aBrokenFileKeepsTheOldCertificateAndIsNamedOnce(Broken broken) throws Exception {
        Path file = Files.writeString(directory.resolve("server.pem"), first.pem());
        try (NetServer server = start("PEM", file)) {
            if (broken.content() == null) {
                Files.delete(file);
            } else {
                replace(file, broken.content());
            }
            time.advance(MINUTES_MS);
            assertThat(serial(server)).isEqualTo(first.certificate().getSerialNumber());
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("have changed and cannot be used", "the certificate of before, CN=server", broken.said())
                    .doesNotContain("BEGIN");
            replace(file, second.pem());
            settle();
            assertThat(serial(server)).isEqualTo(second.certificate().getSerialNumber());
        }
    }

    @Test
    void aCertificateOfAnotherNameIsTakenWhereThatIsAllowed() throws Exception {
        Path file = Files.writeString(directory.resolve("server.pem"), first.pem());
        TestIdentity other = Tls.AUTHORITY.issue("CN=other");
        try (NetServer server = start("PEM", file, "ssl.allow.dn.changes", "true")) {
            replace(file, other.pem());
            settle();
            assertThat(serial(server)).isEqualTo(other.certificate().getSerialNumber());
        }
    }

    @Test
    void aFileThatIsNotValidYetIsTakenWhenItIs() throws Exception {
        Path file = Files.writeString(directory.resolve("server.pem"), first.pem());
        Instant soon = Instant.now().plus(Duration.ofMinutes(2));
        TestIdentity next = Tls.AUTHORITY.issue("CN=server", soon, soon.plus(Duration.ofDays(90)));
        try (NetServer server = start("PEM", file)) {
            replace(file, next.pem());
            settle();
            assertThat(log.lines()).singleElement().asString().contains("is valid only from");
            assertThat(serial(server)).isEqualTo(first.certificate().getSerialNumber());
            time.advance(MINUTES_MS);
            assertThat(log.lines()).hasSize(2).last().asString().contains("has loaded its key stores again");
        }
    }

    @Test
    void aFileIsLeftAloneWhileItIsWritten() throws Exception {
        Path file = Files.writeString(directory.resolve("server.pem"), first.pem());
        try (NetServer server = start("PEM", file)) {
            String whole = second.pem();
            for (int written = 100; written < whole.length(); written += 100) {
                Files.writeString(file, whole.substring(0, written));
                Files.setLastModifiedTime(file, FileTime.fromMillis(written * 1_000L));
                time.advance(2_000);
            }
            Files.writeString(file, whole);
            settle();
            assertThat(serial(server)).isEqualTo(second.certificate().getSerialNumber());
            assertThat(log.lines()).hasSize(1);
        }
    }

    @Test
    void clientsOfANewAuthorityAreAcceptedAndThoseOfTheOldOneRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("server.pem"), first.pem());
        Path trust = Files.writeString(directory.resolve("trust.pem"), Tls.AUTHORITY.pem());
        TestAuthority others = new TestAuthority("CN=authority of clients");
        TestIdentity client = others.issue("CN=client");
        try (NetServer server = start(
                "PEM",
                file,
                "ssl.client.auth",
                "required",
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                trust)) {
            exchange(server, Tls.CLIENT);
            assertThatThrownBy(() -> exchange(server, client)).isInstanceOf(IOException.class);
            replace(trust, others.pem());
            settle();
            exchange(server, client);
            assertThatThrownBy(() -> exchange(server, Tls.CLIENT)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void warnsOnceADayOfTheEndOfACertificate() throws Exception {
        Instant now = Instant.now();
        TestIdentity brief =
                Tls.AUTHORITY.issue("CN=server", now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(31)));
        Path file = Files.writeString(directory.resolve("server.pem"), brief.pem());
        try (NetServer server = start("PEM", file)) {
            assertThat(log.lines()).isEmpty();
            time.advance(Duration.ofHours(25).toMillis());
            assertThat(log.lines()).singleElement().asString().contains("of listener PLAINTEXT ends in 29 days");
            time.advance(Duration.ofHours(22).toMillis());
            assertThat(log.lines()).hasSize(1);
            time.advance(Duration.ofHours(4).toMillis());
            assertThat(log.lines()).hasSize(2);
            time.advance(Duration.ofDays(30).toMillis());
            assertThat(log.lines()).last().asString().contains("has expired, and clients refuse it");
            exchange(server, null); // for whom it is good still
        }
    }

    private NetServer start(String type, Path file, Object... more) {
        Map<String, String> settings =
                new HashMap<>(Map.of("ssl.keystore.type", type, "ssl.keystore.location", file.toString()));
        for (int i = 0; i < more.length; i += 2) {
            settings.put((String) more[i], more[i + 1].toString());
        }
        ListenerSecurity listener = new ListenerSecurity("PLAINTEXT", SecurityProtocol.SSL, settings, Set.of());
        SecuredListeners security = SecuredListeners.open(List.of(listener), time);
        security.watch(time);
        return Servers.start(
                Servers.config(Connections.DEFAULT, Requests.DEFAULT), security, NettyTransport.best(), handler);
    }

    /** Lets the server see a change, and see that there is no other. */
    private void settle() {
        time.advance(5_000);
    }

    private static void replace(Path file, String content) {
        try {
            Path next = Files.writeString(file.resolveSibling("next"), content);
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void exchange(NetServer server, TestIdentity own) throws IOException {
        try (RawClient client = Tls.connect(Servers.port(server), own)) {
            client.send(RawClient.metadata(1)).receiveId();
        }
    }

    private static BigInteger serial(NetServer server) throws IOException {
        try (SSLSocket socket = (SSLSocket) Tls.AUTHORITY
                .client(null)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), Servers.port(server))) {
            new RawClient(socket).send(RawClient.metadata(1)).receiveId();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
        }
    }
}
