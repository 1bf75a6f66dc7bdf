// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import static org.apache.kafka.common.config.SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_REFRESH_MS;
import static org.apache.kafka.common.config.SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_RETRY_BACKOFF_MAX_MS;
import static org.apache.kafka.common.config.SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_RETRY_BACKOFF_MS;

import io.varve.core.runtime.Clock;
import java.io.IOException;
import java.net.URL;
import java.security.Key;
import java.util.List;
import java.util.Map;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.security.oauthbearer.internals.secured.CloseableVerificationKeyResolver;
import org.apache.kafka.common.security.oauthbearer.internals.secured.ConfigurationUtils;
import org.apache.kafka.common.security.oauthbearer.internals.secured.JaasOptionsUtils;
import org.apache.kafka.common.security.oauthbearer.internals.secured.RefreshingHttpsJwks;
import org.apache.kafka.common.utils.Time;
import org.jose4j.http.Get;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.VerificationJwkSelector;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * Finds the key of a token among those of an issuer, which Kafka's {@code RefreshingHttpsJwks} keeps. That
 * class asks the issuer again, at once, for each key id that it does not know, and any peer can name as many
 * as it likes: this one asks once in half a minute. Thread-safe once configured; only {@link #configure}
 * waits for the issuer.
 */
final class IssuerKeys implements CloseableVerificationKeyResolver {
    /** Ms an issuer has to take a connection, and to go on with its answer. */
    static final int PATIENCE_MS = 10_000;

    /** Ns from one question for a key id that is not known to the next. */
    static final long PAUSE_NANOS = 30_000_000_000L;

    /** Kafka does not ask for longer ids, either, but logs 1,000 characters of each. */
    private static final int MAX_ID_LENGTH = 1_000;

    private final Clock clock;
    private final int patienceMs;
    private final VerificationJwkSelector selector = new VerificationJwkSelector();
    private RefreshingHttpsJwks keys;
    private long nextNanos;

    /**
     * @param clock paces the questions
     * @param patienceMs ms as in {@link #PATIENCE_MS}, at least 1
     */
    IssuerKeys(Clock clock, int patienceMs) {
        this.clock = clock;
        this.patienceMs = patienceMs;
        nextNanos = clock.nanos();
    }

    /**
     * Asks the issuer for its keys, from now on again and again.
     *
     * @throws KafkaException if they cannot be had in time
     */
    @Override
    public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
        ConfigurationUtils settings = new ConfigurationUtils(configs, mechanism);
        URL url = SignedTokens.keysUrl(settings);
        long refreshMs = settings.validateLong(SASL_OAUTHBEARER_JWKS_ENDPOINT_REFRESH_MS, true, 0L);
        HttpsJwks issuer = new HttpsJwks(url.toString());
        issuer.setDefaultCacheDuration(refreshMs);
        issuer.setSimpleHttpGet(get(url, new JaasOptionsUtils(mechanism, entries)));
        keys = new RefreshingHttpsJwks(
                Time.SYSTEM,
                issuer,
                refreshMs,
                settings.validateLong(SASL_OAUTHBEARER_JWKS_ENDPOINT_RETRY_BACKOFF_MS),
                settings.validateLong(SASL_OAUTHBEARER_JWKS_ENDPOINT_RETRY_BACKOFF_MAX_MS));
        try {
            keys.init();
        } catch (IOException e) {
            throw new KafkaException(e);
        }
    }

    private Get get(URL url, JaasOptionsUtils options) {
        Get get = new Get();
        get.setConnectTimeout(patienceMs);
        get.setReadTimeout(patienceMs);
        get.setRetries(1);
        if (options.shouldCreateSSLSocketFactory(url)) {
            get.setSslSocketFactory(options.createSSLSocketFactory());
        }
        return get;
    }

    @Override
    public Key resolveKey(JsonWebSignature token, List<JsonWebStructure> nesting) throws UnresolvableKeyException {
        try {
            JsonWebKey key = selector.select(token, keys.getJsonWebKeys());
            if (key != null) {
                return key.getKey();
            }
        } catch (JoseException | IOException e) {
            throw new UnresolvableKeyException("the keys of " + keys.getLocation() + " cannot be used", e);
        }
        ask(token.getKeyIdHeaderValue());
        throw new UnresolvableKeyException("no key of " + keys.getLocation() + " is the token's");
    }

    private synchronized void ask(String id) {
        long now = clock.nanos();
        boolean mayAsk = id != null && id.length() <= MAX_ID_LENGTH && now - nextNanos >= 0;
        if (mayAsk && keys.maybeExpediteRefresh(id)) {
            nextNanos = now + PAUSE_NANOS;
        }
    }

    /** Asks no more. Waits some seconds for an answer that is due. */
    @Override
    public void close() {
        if (keys != null) {
            keys.close();
        }
    }
}
