// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Security;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.common.config.SslConfigs;

/**
 * Checks that this JVM has the algorithms that a listener's settings name: when Kafka's engine factory finds
 * one missing, it looks as if a key store could not be used. Stateless.
 */
final class TlsAlgorithms {
    private TlsAlgorithms() {}

    /** Looks an algorithm up by its name. */
    private interface LookUp {
        void find(String name) throws GeneralSecurityException;
    }

    /**
     * @param listener a listener with TLS
     * @param values its settings
     * @throws TlsConfigException for the first that the JVM has not
     */
    static void require(ListenerSecurity listener, Map<String, Object> values) {
        String provider = (String) values.get(SslConfigs.SSL_PROVIDER_CONFIG);
        require(listener, values, SslConfigs.SSL_PROVIDER_CONFIG, TlsAlgorithms::requireProvider);
        require(listener, values, SslConfigs.SSL_PROTOCOL_CONFIG, name -> {
            if (provider == null) {
                SSLContext.getInstance(name);
            } else {
                SSLContext.getInstance(name, provider);
            }
        });
        require(listener, values, SslConfigs.SSL_KEYMANAGER_ALGORITHM_CONFIG, KeyManagerFactory::getInstance);
        require(listener, values, SslConfigs.SSL_TRUSTMANAGER_ALGORITHM_CONFIG, TrustManagerFactory::getInstance);
        require(listener, values, SslConfigs.SSL_SECURE_RANDOM_IMPLEMENTATION_CONFIG, TlsAlgorithms::requireRandom);
    }

    private static void require(ListenerSecurity listener, Map<String, Object> values, String key, LookUp lookUp) {
        try {
            if (values.get(key) instanceof String name) {
                lookUp.find(name);
            }
        } catch (GeneralSecurityException e) {
            throw TlsConfigException.of(listener, key, "is wrong: this Java has no such thing: " + e.getMessage(), e);
        }
    }

    private static void requireProvider(String name) throws NoSuchProviderException {
        if (Security.getProvider(name) == null) {
            throw new NoSuchProviderException(name);
        }
    }

    private static void requireRandom(String name) throws NoSuchAlgorithmException {
        if (Security.getAlgorithms("SecureRandom").stream().noneMatch(name::equalsIgnoreCase)) {
            throw new NoSuchAlgorithmException(name);
        }
    }
}
