// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests what the log says of handshakes that came to no connection, by the messages of JDK 17 and 21. */
class TlsFaultTest {
    private static final String REFUSED_BY_CLIENT = "the client does not accept this server's certificate (";
    private static final String FAILED = "the TLS handshake failed: ";

    @ParameterizedTest
    @CsvSource({
        "Received fatal alert: certificate_unknown",
        "(certificate_unknown) Received fatal alert: certificate_unknown",
        "Received fatal alert: unknown_ca",
        "(unknown_ca) Received fatal alert: unknown_ca"
    })
    void tellsThatTheClientDoesNotAcceptTheServersCertificate(String message) {
        assertThat(reason(message)).startsWith(REFUSED_BY_CLIENT + "Received fatal alert: ");
    }

    @ParameterizedTest
    @CsvSource({"PKIX path building failed: no path", "(certificate_unknown) PKIX path building failed: no path"})
    void tellsThatTheServerDoesNotAcceptTheClientsCertificate(String message) {
        assertThat(reason(message)).isEqualTo(FAILED + "PKIX path building failed: no path");
    }

    @ParameterizedTest
    @CsvSource({"Empty client certificate chain", "(bad_certificate) Empty client certificate chain"})
    void tellsThatTheClientHasShownNoCertificate(String message) {
        assertThat(reason(message)).isEqualTo("the client gave no certificate (ssl.client.auth=required)");
    }

    private static String reason(String message) {
        return TlsFault.reason("SSL", "security.protocol=SSL", new SSLHandshakeException(message));
    }
}
