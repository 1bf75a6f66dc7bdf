// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.UnrecoverableKeyException;
import java.util.List;
import java.util.Map;
import javax.crypto.BadPaddingException;
import org.apache.kafka.common.config.SslConfigs;

/** Finds which key is to blame when Kafka's engine factory cannot load a listener's stores. Stateless. */
final class StoreFailure {
    /** The three keys of a store: where it is, its password, and its contents when they are given inline. */
    private record Store(String location, String password, String inline) {}

    private static final Store KEYS = new Store(
            SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG,
            SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG,
            SslConfigs.SSL_KEYSTORE_KEY_CONFIG);
    private static final Store TRUST = new Store(
            SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
            SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG,
            SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG);

    private StoreFailure() {}

    /**
     * @param listener a listener with TLS
     * @param values its settings
     * @throws TlsConfigException if a file that they name is not there, or there is no key store at all
     */
    static void requireFiles(ListenerSecurity listener, Map<String, Object> values) {
        if (values.get(KEYS.location) == null && values.get(KEYS.inline) == null) {
            throw TlsConfigException.of(
                    listener,
                    KEYS.location,
                    "is not set: " + listener.protocol() + " needs a key and its certificate (or " + KEYS.inline
                            + " and " + SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG + " in PEM)",
                    null);
        }
        for (Store store : List.of(KEYS, TRUST)) {
            String location = (String) values.get(store.location);
            if (location != null && !Files.isReadable(Path.of(location))) {
                Path file = Path.of(location).toAbsolutePath();
                throw TlsConfigException.of(
                        listener,
                        store.location,
                        "names " + file + (Files.exists(file) ? ", which cannot be read" : ": there is no such file"),
                        null);
            }
        }
    }

    /** @return the error for the operator when Kafka's factory has failed */
    static TlsConfigException of(ListenerSecurity listener, Map<String, Object> values, RuntimeException failure) {
        boolean password = false;
        boolean keyPassword = failure.getCause() instanceof UnrecoverableKeyException;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            password |= cause instanceof UnrecoverableKeyException;
            keyPassword |= cause instanceof BadPaddingException; // of an encrypted key in PEM
        }
        String reason = CauseText.of(failure);
        if (keyPassword) {
            return TlsConfigException.of(
                    listener, SslConfigs.SSL_KEY_PASSWORD_CONFIG, "does not open the private key: " + reason, failure);
        }
        Store store = isOfTrust(values, reason) ? TRUST : KEYS;
        if (password) {
            return TlsConfigException.of(
                    listener, store.password, "does not open " + values.get(store.location) + ": " + reason, failure);
        }
        String key = values.get(store.location) != null ? store.location : store.inline;
        boolean encrypted = reason.contains("Private key could not be loaded")
                && values.get(SslConfigs.SSL_KEY_PASSWORD_CONFIG) == null;
        String advice = encrypted ? "; an encrypted key needs " + SslConfigs.SSL_KEY_PASSWORD_CONFIG : "";
        return TlsConfigException.of(listener, key, "cannot be used: " + reason + advice, failure);
    }

    private static boolean isOfTrust(Map<String, Object> values, String reason) {
        String trust = (String) values.get(TRUST.location);
        return reason.contains("trust")
                || trust != null && reason.contains(trust) && !trust.equals(values.get(KEYS.location));
    }
}
