// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.CloseSteps;
import io.varve.core.runtime.Metric;
import io.varve.core.runtime.Metrics.Readings;
import io.varve.server.logging.LogThrottle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.plain.internals.PlainServerCallbackHandler;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramServerCallbackHandler;
import org.apache.kafka.common.security.token.delegation.internals.DelegationTokenCache;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Authenticates the clients of those listeners that have SASL. Thread-safe. */
public final class SaslListeners implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SaslListeners.class);

    private static final Metric FAILED = Metric.counter(
            "varve_authentications_failed_total",
            "Connections whose clients failed to authenticate by SASL, before they had chosen a mechanism (none) or"
                    + " by one; and wrong passwords at the page (http, basic).",
            "listener",
            "mechanism");

    /** No listener has SASL. */
    public static final SaslListeners NONE = new SaslListeners(Clock.system());

    private final Map<String, SaslMechanisms> listeners = new HashMap<>();
    private final Clock clock;
    private final LogThrottle failures;
    private final LongAdder wrongPasswords = new LongAdder();

    private SaslListeners(Clock clock) {
        this.clock = clock;
        failures = new LogThrottle(LOG, clock);
    }

    /**
     * Prepares the mechanisms of all listeners.
     *
     * @param configs the settings of each listener with SASL
     * @param credentials finds the credentials of SCRAM
     * @param clock tells when sessions end; paces the log
     * @return the listeners, to be closed after the connections
     * @throws SaslSetupException if a mechanism cannot be prepared, as without its keys; names the listener
     */
    public static SaslListeners open(Collection<SaslConfig> configs, ScramCredentials credentials, Clock clock) {
        SaslListeners opened = new SaslListeners(clock);
        byte[] secret = credentials.secret();
        try {
            for (SaslConfig config : configs) {
                opened.add(config, credentials, secret);
            }
            return opened;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void add(SaslConfig config, ScramCredentials credentials, byte[] secret) {
        Map<String, AuthenticateCallbackHandler> handlers = new HashMap<>();
        // Put there first, so that those that are prepared are closed when another cannot be.
        listeners.put(config.listener(), new SaslMechanisms(config, handlers));
        config.jaas().forEach((mechanism, entries) -> {
            AuthenticateCallbackHandler handler = handler(config, mechanism, credentials, secret);
            handlers.put(mechanism, handler);
            try {
                handler.configure(config.values(), mechanism, entries);
            } catch (KafkaException | IllegalArgumentException e) {
                throw new SaslSetupException(config, mechanism, e);
            }
        });
    }

    private AuthenticateCallbackHandler handler(
            SaslConfig config, String mechanism, ScramCredentials credentials, byte[] secret) {
        Class<?> named = config.handlerClass(mechanism);
        if (named != null) {
            if (!AuthenticateCallbackHandler.class.isAssignableFrom(named)) {
                throw new SaslSetupException(
                        config,
                        mechanism,
                        new ConfigException(ListenerName.saslMechanismPrefix(mechanism) + SaslConfig.HANDLER + " names "
                                + named.getName() + ", which is no " + AuthenticateCallbackHandler.class.getName()));
            }
            return (AuthenticateCallbackHandler) Utils.newInstance(named);
        }
        if (mechanism.equals(SaslConfig.PLAIN)) {
            return new PlainServerCallbackHandler();
        }
        if (mechanism.equals(SaslConfig.OAUTHBEARER)) {
            return new SignedTokens(new LogThrottle(LOG, clock), new IssuerKeys(clock, IssuerKeys.PATIENCE_MS));
        }
        return new ScramServerCallbackHandler(
                new ConcealedUsers(ScramMechanism.forMechanismName(mechanism), credentials, secret),
                new DelegationTokenCache(ScramMechanism.mechanismNames()));
    }

    /**
     * @param listener name of the listener that accepted a connection
     * @param connection its name in the log
     * @return the authentication of that connection, before its first request; null if the listener has no
     *     SASL
     */
    public SaslAuthentication begin(String listener, String connection) {
        SaslMechanisms mechanisms = listeners.get(listener);
        return mechanisms == null ? null : new SaslAuthentication(mechanisms, connection, clock, failures);
    }

    /** @return what is counted */
    public static List<Metric> metrics() {
        return List.of(FAILED);
    }

    /** @param readings is given how many clients failed to authenticate; nothing if no listener has SASL */
    public void read(Readings readings) {
        listeners.forEach((listener, mechanisms) -> mechanisms
                .failures()
                .forEach((mechanism, times) -> readings.add(FAILED, times.sum(), listener, mechanism)));
        if (!listeners.isEmpty()) {
            readings.add(FAILED, wrongPasswords.sum(), "http", "basic");
        }
    }

    /** @return verifies the passwords of people who come by other ways, by the mechanisms of all listeners */
    public PasswordCheck passwords() {
        return new PasswordCheck(listeners.values(), wrongPasswords);
    }

    /** Closes what the mechanisms have open. */
    @Override
    public void close() {
        List<Runnable> steps = new ArrayList<>();
        listeners.values().forEach(mechanisms -> steps.add(mechanisms::close));
        CloseSteps.run(steps);
    }
}
