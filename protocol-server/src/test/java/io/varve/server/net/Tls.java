// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.runtime.Clock;
import io.varve.server.security.ListenerSecurity;
import io.varve.server.security.SecuredListeners;
import io.varve.server.security.TestAuthority;
import io.varve.server.security.TestIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/** A listener with TLS for tests, under the name that {@link Servers} gives listeners, and its clients. */
final class Tls {
    static final TestAuthority AUTHORITY = new TestAuthority("CN=authority");
    static final TestIdentity CLIENT = AUTHORITY.issue("CN=client,OU=tests,O=Varve");
    private static final TestIdentity SERVER = AUTHORITY.issue("CN=server");

    private Tls() {}

    /** @param more keys and values in turn */
    static SecuredListeners listener(String... more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "ssl.keystore.type",
                "PEM",
                "ssl.keystore.key",
                SERVER.keyPem(),
                "ssl.keystore.certificate.chain",
                SERVER.chainPem(),
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.certificates",
                AUTHORITY.pem()));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        ListenerSecurity listener = new ListenerSecurity("PLAINTEXT", SecurityProtocol.SSL, settings, Set.of());
        return SecuredListeners.open(List.of(listener), Clock.system());
    }

    static RawClient connect(int port) throws IOException {
        return connect(port, null);
    }

    /** @param own the certificate to show, or null for none */
    static RawClient connect(int port, TestIdentity own) throws IOException {
        return new RawClient(
                AUTHORITY.client(own).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port));
    }
}
