// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Clock;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a listener with TLS can be set up with, and what is said of the rest. */
class TlsListenerTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("CN=authority");
    private static final TestIdentity SERVER = AUTHORITY.issue("CN=server");
    private static final String SECRET = "sesame-1234";
    private static final String OTHER_SECRET = "barley-5678";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"JKS", "PKCS12"})
    void opensStoresWithOnePassword(String type) {
        Path store = SERVER.store(directory.resolve("s"), type, SECRET, null);
        opens("ssl.keystore.type", type, "ssl.keystore.location", store, "ssl.keystore.password", SECRET);
    }

    @Test
    void opensAStoreWhoseKeyHasAPasswordOfItsOwn() {
        Path store = SERVER.store(directory.resolve("s"), "JKS", SECRET, OTHER_SECRET);
        opens("ssl.keystore.location", store, "ssl.keystore.password", SECRET, "ssl.key.password", OTHER_SECRET);
        refuses(
                "ssl.key.password does not open the private key",
                "ssl.keystore.location",
                store,
                "ssl.keystore.password",
                SECRET);
    }

    @Test
    void opensPemFromAFileAndInline() throws Exception {
        Path file = Files.writeString(directory.resolve("s.pem"), SERVER.pem());
        opens("ssl.keystore.type", "PEM", "ssl.keystore.location", file);
        opens(
                "ssl.keystore.type",
                "PEM",
                "ssl.keystore.key",
                SERVER.keyPem(),
                "ssl.keystore.certificate.chain",
                SERVER.chainPem(),
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.certificates",
                AUTHORITY.pem());
    }

    @Test
    void opensPemWhoseKeyHasAPassword() throws Exception {
        Path file = Files.writeString(directory.resolve("s.pem"), SERVER.keyPem(SECRET) + SERVER.chainPem());
        opens("ssl.keystore.type", "PEM", "ssl.keystore.location", file, "ssl.key.password", SECRET);
        refuses(
                "ssl.key.password does not open the private key",
                "ssl.keystore.type",
                "PEM",
                "ssl.keystore.location",
                file,
                "ssl.key.password",
                OTHER_SECRET);
        refuses("an encrypted key needs ssl.key.password", "ssl.keystore.type", "PEM", "ssl.keystore.location", file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"JKS", "PKCS12"})
    void opensAStoreOfSeveralKeysAndOthersCertificates(String type) throws Exception {
        Path file = SERVER.store(directory.resolve("s"), type, SECRET, null);
        KeyStore store = KeyStore.getInstance(file.toFile(), SECRET.toCharArray());
        TestIdentity second = AUTHORITY.issue("CN=second");
        store.setKeyEntry("second", second.key(), SECRET.toCharArray(), new Certificate[] {second.certificate()});
        store.setCertificateEntry("of-another", AUTHORITY.issue("CN=other").certificate());
        TestIdentity.write(store, file, SECRET);
        opens("ssl.keystore.type", type, "ssl.keystore.location", file, "ssl.keystore.password", SECRET);
    }

    @Test
    void saysThatThereIsNoKey() {
        refuses("ssl.keystore.location is not set: SSL needs a key and its certificate");
    }

    @Test
    void saysWhichFileIsMissing() {
        Path missing = directory.resolve("nothing");
        refuses(
                "ssl.keystore.location names " + missing + ": there is no such file",
                "ssl.keystore.location",
                missing,
                "ssl.keystore.password",
                SECRET);
        Path store = SERVER.store(directory.resolve("s"), "JKS", SECRET, null);
        refuses(
                "ssl.truststore.location names " + missing + ": there is no such file",
                "ssl.keystore.location",
                store,
                "ssl.keystore.password",
                SECRET,
                "ssl.truststore.location",
                missing);
    }

    @ParameterizedTest
    @ValueSource(strings = {"JKS", "PKCS12"})
    void saysWhichPasswordIsWrongAndNotWhatItIs(String type) {
        Path store = SERVER.store(directory.resolve("s"), type, SECRET, null);
        refuses(
                "ssl.keystore.password does not open " + store,
                "ssl.keystore.type",
                type,
                "ssl.keystore.location",
                store,
                "ssl.keystore.password",
                OTHER_SECRET);
        Path trust = AUTHORITY.trustStore(directory.resolve("t"), type, SECRET);
        refuses(
                "ssl.truststore.password does not open " + trust,
                "ssl.keystore.type",
                type,
                "ssl.keystore.location",
                store,
                "ssl.keystore.password",
                SECRET,
                "ssl.truststore.type",
                type,
                "ssl.truststore.location",
                trust,
                "ssl.truststore.password",
                OTHER_SECRET);
    }

    @Test
    void saysThatAStoreHasACertificateButNoKey() {
        Path trust = AUTHORITY.trustStore(directory.resolve("t"), "JKS", SECRET);
        refuses(
                "ssl.keystore.location (" + trust + ") has no private key with a certificate",
                "ssl.keystore.location",
                trust,
                "ssl.keystore.password",
                SECRET);
    }

    @Test
    void saysThatAPemFileHasNoKey() throws Exception {
        Path file = Files.writeString(directory.resolve("s.pem"), SERVER.chainPem());
        refuses("ssl.keystore.location cannot be used", "ssl.keystore.type", "PEM", "ssl.keystore.location", file);
    }

    @Test
    void saysThatACertificateHasExpiredOrIsNotValidYet() throws Exception {
        Instant now = Instant.now();
        Path old = Files.writeString(
                directory.resolve("old.pem"),
                AUTHORITY
                        .issue("CN=old", now.minus(Duration.ofDays(9)), now.minus(Duration.ofDays(1)))
                        .pem());
        refuses(
                "has a certificate of CN=old that has expired at",
                "ssl.keystore.type",
                "PEM",
                "ssl.keystore.location",
                old);
        Path early = Files.writeString(
                directory.resolve("early.pem"),
                AUTHORITY
                        .issue("CN=early", now.plus(Duration.ofDays(1)), now.plus(Duration.ofDays(9)))
                        .pem());
        refuses(
                "has a certificate of CN=early that is valid only from",
                "ssl.keystore.type",
                "PEM",
                "ssl.keystore.location",
                early);
    }

    @Test
    void saysThatAKeyBelongsToAnotherCertificate() throws Exception {
        Path mixed = Files.writeString(
                directory.resolve("mixed.pem"), AUTHORITY.issue("CN=other").keyPem() + SERVER.chainPem());
        refuses(
                "a private key that does not belong to the certificate of CN=server",
                "ssl.keystore.type",
                "PEM",
                "ssl.keystore.location",
                mixed);
    }

    @Test
    void saysWhichSettingIsWrong() {
        Path store = SERVER.store(directory.resolve("s"), "JKS", SECRET, null);
        Map<String, String> settings = settings("ssl.keystore.location", store, "ssl.keystore.password", SECRET);
        refusesWith(settings, "ssl.client.auth", "sometimes", "ssl.client.auth is wrong: Invalid value sometimes");
        refusesWith(settings, "ssl.principal.mapping.rules", "RULE:^CN/$1/X", "ssl.principal.mapping.rules is wrong");
        refusesWith(settings, "ssl.cipher.suites", "TLS_NONE", "ssl.cipher.suites or ssl.enabled.protocols is wrong");
        refusesWith(settings, "ssl.enabled.protocols", "TLSv9", "ssl.cipher.suites or ssl.enabled.protocols is wrong");
        refusesWith(settings, "ssl.keystore.type", "PEM", "ssl.keystore.location cannot be used");
        refusesWith(settings, "ssl.protocol", "SSLv9", "SSLv9");
    }

    /** Each was said of the key store, when a client connected, or of all clients at once: User:$2. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ssl.provider|Nope|ssl.provider is wrong: this Java has no such thing: Nope",
                "ssl.keymanager.algorithm|Nope|ssl.keymanager.algorithm is wrong",
                "ssl.trustmanager.algorithm|Nope|ssl.trustmanager.algorithm is wrong",
                "ssl.secure.random.implementation|Nope|ssl.secure.random.implementation is wrong",
                "ssl.enabled.protocols|SSLv3|ssl.enabled.protocols is wrong: No appropriate protocol",
                "ssl.enabled.protocols|TLSv1.1|ssl.enabled.protocols is wrong: No appropriate protocol",
                "ssl.principal.mapping.rules|RULE:^CN=(.*$/$1/|is wrong: Unclosed group near index 8 ^CN=(.*$",
                "ssl.principal.mapping.rules|RULE:^CN=(.*)$/$2/|is wrong: `RULE:^CN=(.*)$/$2/` refers to a group that",
                "ssl.principal.mapping.rules|DEFAULT,RULE:^CN=.*$/$1/L|refers to a group that its pattern has not",
                "ssl.principal.mapping.rules|RULE:^CN=(.*)$/${name}/|refers to a group that its pattern has not",
                "ssl.principal.mapping.rules|RULE:^CN=(.*)$/a$/|refers to a group that its pattern has not",
                "ssl.principal.mapping.rules|RULE:^CN=(.*)$//,DEFAULT|`RULE:^CN=(.*)$//` gives clients no name",
                "ssl.principal.mapping.rules|default|Invalid rule: `default`",
            })
    void saysWhichSettingLetsNobodyInOrAllAsOne(String key, String value, String message) {
        Path store = SERVER.store(directory.resolve("s"), "JKS", SECRET, null);
        refusesWith(settings("ssl.keystore.location", store, "ssl.keystore.password", SECRET), key, value, message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DEFAULT",
                "RULE:^CN=(.*?),OU=orders.*$/$1/L, RULE:^O=(?<o>.*?)$/${o}/U , DEFAULT",
                "RULE:^(.*)$/$10/",
                "RULE:^CN=([^,]+)\\/x$/$1\\$/"
            })
    void takesRulesThatNameClients(String rules) {
        Path store = SERVER.store(directory.resolve("s"), "JKS", SECRET, null);
        opens("ssl.keystore.location", store, "ssl.keystore.password", SECRET, "ssl.principal.mapping.rules", rules);
    }

    @Test
    void namesTheKeyAsItIsWritten() {
        ListenerSecurity listener = new ListenerSecurity(
                "OUTSIDE",
                SecurityProtocol.SSL,
                settings("ssl.keystore.location", directory.resolve("nothing")),
                Set.of("ssl.keystore.location"));
        assertThatThrownBy(() -> TlsListener.open(listener, Clock.system()))
                .hasMessageStartingWith("listener OUTSIDE: listener.name.outside.ssl.keystore.location names ");
    }

    private void refusesWith(Map<String, String> sound, String key, String value, String message) {
        Map<String, String> settings = new HashMap<>(sound);
        settings.put(key, value);
        refuses(settings, message);
    }

    private static void opens(Object... settings) {
        assertThat(TlsListener.open(listener(settings(settings)), Clock.system())
                        .engine(new InetSocketAddress("127.0.0.1", 1))
                        .getUseClientMode())
                .isFalse();
    }

    private static void refuses(String message, Object... settings) {
        refuses(settings(settings), message);
    }

    private static void refuses(Map<String, String> settings, String message) {
        assertThatThrownBy(() -> TlsListener.open(listener(settings), Clock.system()))
                .isInstanceOf(TlsConfigException.class)
                .hasMessageStartingWith("listener SSL: ssl.")
                .hasMessageContaining(message)
                .message()
                .doesNotContain(SECRET, OTHER_SECRET, "\n");
    }

    private static ListenerSecurity listener(Map<String, String> settings) {
        return new ListenerSecurity("SSL", SecurityProtocol.SSL, settings, Set.of());
    }

    private static Map<String, String> settings(Object... keysAndValues) {
        Map<String, String> settings = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put((String) keysAndValues[i], keysAndValues[i + 1].toString());
        }
        return settings;
    }
}
