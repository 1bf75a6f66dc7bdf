// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import io.varve.core.runtime.CloseSteps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.internals.OAuthBearerSaslServer;
import org.apache.kafka.common.security.plain.internals.PlainSaslServer;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramSaslServer;

/** Makes the server's side of Kafka's mechanisms, for the connections of one listener. Thread-safe. */
final class SaslMechanisms implements AutoCloseable {
    /** Stands for the mechanism of a peer that failed before it had chosen one. */
    static final String NONE = "none";

    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
    private final SaslConfig config;
    private final Map<String, AuthenticateCallbackHandler> handlers;

    /**
     * @param config which mechanisms are enabled
     * @param handlers verifies the credentials of each mechanism; complete before the first connection,
     *     closed with this
     */
    SaslMechanisms(SaslConfig config, Map<String, AuthenticateCallbackHandler> handlers) {
        this.config = config;
        this.handlers = handlers;
        failures.put(NONE, new LongAdder());
        config.jaas().keySet().forEach(mechanism -> failures.put(mechanism, new LongAdder()));
    }

    /**
     * Counts a peer that failed to authenticate.
     *
     * @param mechanism one that is enabled, or {@link #NONE}
     */
    void failed(String mechanism) {
        failures.get(mechanism).increment();
    }

    /** @return how often peers failed to authenticate, by mechanism or {@link #NONE} */
    Map<String, LongAdder> failures() {
        return failures;
    }

    SaslConfig config() {
        return config;
    }

    /** @return true if clients may authenticate by the mechanism; any name may be asked for */
    boolean isEnabled(String mechanism) {
        return handlers.containsKey(mechanism);
    }

    /**
     * @param mechanism one that is enabled
     * @return a new exchange
     * @throws SaslException if the mechanism's factory makes none
     */
    SaslServer begin(String mechanism) throws SaslException {
        AuthenticateCallbackHandler handler = handlers.get(mechanism);
        if (mechanism.equals(SaslConfig.PLAIN)) {
            return new PlainSaslServer(handler);
        }
        if (ScramMechanism.isScram(mechanism)) {
            return new ScramSaslServer.ScramSaslServerFactory()
                    .createSaslServer(mechanism, "kafka", null, config.values(), handler);
        }
        return new OAuthBearerSaslServer(handler);
    }

    @Override
    public void close() {
        List<Runnable> steps = new ArrayList<>();
        handlers.values().forEach(handler -> steps.add(handler::close));
        CloseSteps.run(steps);
    }
}
