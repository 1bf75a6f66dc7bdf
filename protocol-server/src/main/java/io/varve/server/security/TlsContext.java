// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/**
 * The key, the certificates and the rules of one listener's TLS, loaded by Kafka's engine factory.
 * Thread-safe: nothing changes after loading.
 */
final class TlsContext {
    private final DefaultSslEngineFactory engines;
    private final Map<String, Object> values;
    private final List<X509Certificate> certificates;

    private TlsContext(
            DefaultSslEngineFactory engines, Map<String, Object> values, List<X509Certificate> certificates) {
        this.engines = engines;
        this.values = values;
        this.certificates = certificates;
    }

    /**
     * @param listener a listener with TLS
     * @param nowMs the time at which its certificate must be valid, in ms since the epoch
     * @return the loaded key stores
     * @throws TlsConfigException if clients could not connect with these settings and files
     */
    static TlsContext load(ListenerSecurity listener, long nowMs) {
        Map<String, Object> values = TlsSettings.parse(listener);
        StoreFailure.requireFiles(listener, values);
        TlsAlgorithms.require(listener, values);
        DefaultSslEngineFactory engines = new DefaultSslEngineFactory();
        try {
            engines.configure(values);
        } catch (RuntimeException e) {
            throw StoreFailure.of(listener, values, e);
        }
        try {
            // Begun, it also finds protocols that the JDK has disabled.
            engines.createServerSslEngine("localhost", 0).beginHandshake();
        } catch (RuntimeException | SSLException e) {
            throw TlsConfigException.of(
                    listener,
                    SslConfigs.SSL_CIPHER_SUITES_CONFIG,
                    "or " + SslConfigs.SSL_ENABLED_PROTOCOLS_CONFIG + " is wrong: " + e.getMessage(),
                    e);
        }
        try {
            return new TlsContext(
                    engines, values, KeyStoreCheck.require(engines.keystore(), keyPassword(values), nowMs));
        } catch (GeneralSecurityException e) {
            throw wrongStore(listener, values, e);
        }
    }

    private static TlsConfigException wrongStore(
            ListenerSecurity listener, Map<String, Object> values, GeneralSecurityException failure) {
        Object location = values.get(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG);
        return TlsConfigException.of(
                listener,
                location == null
                        ? SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG
                        : SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG,
                (location == null ? "" : "(" + location + ") ") + failure.getMessage(),
                failure);
    }

    /**
     * Checks that the server may take these key stores in place of others while it runs, as Kafka does.
     *
     * @param listener their listener
     * @param before those that it uses now
     * @throws TlsConfigException if a certificate is for another name, or for fewer hosts, and the settings
     *     do not allow that
     */
    void requireSuccessor(ListenerSecurity listener, TlsContext before) {
        try {
            KeyStoreCheck.requireSuccessors(
                    before.certificates,
                    certificates,
                    (Boolean) values.get(BrokerSecurityConfigs.SSL_ALLOW_DN_CHANGES_CONFIG),
                    (Boolean) values.get(BrokerSecurityConfigs.SSL_ALLOW_SAN_CHANGES_CONFIG));
        } catch (GeneralSecurityException e) {
            throw wrongStore(listener, values, e);
        }
    }

    /** Kafka opens keys with the store's password where they have none of their own. */
    private static char[] keyPassword(Map<String, Object> values) {
        Password password = (Password) values.get(SslConfigs.SSL_KEY_PASSWORD_CONFIG);
        if (password == null) {
            password = (Password) values.get(SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG);
        }
        return password == null ? null : password.value().toCharArray();
    }

    /**
     * @param host the peer's address, by which TLS sessions are found again
     * @param port the peer's port
     * @return a new engine for one connection
     */
    SSLEngine engine(String host, int port) {
        return engines.createServerSslEngine(host, port);
    }

    /** @return the certificate that clients see; of several, the one that expires first */
    X509Certificate certificate() {
        return certificates.get(0);
    }
}
