// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.server.config.QuotaConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits how fast new connections are accepted: all of the server, those of a listener, those from an address
 * (KIP-612). A connection that comes too fast is accepted later, one from an address that has connected too
 * often is closed. Thread-safe.
 */
public final class ConnectionRates {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionRates.class);

    /** A rate that limits nothing. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** Max number of addresses whose connections are remembered. */
    static final int MAX_ADDRESSES = 10_000;

    private static final String KEY = QuotaConfig.IP_CONNECTION_RATE_OVERRIDE_CONFIG;

    /**
     * What becomes of a new connection.
     *
     * @param accepted true to serve it, false to close it
     * @param delayMs ms until either, from 0 to the time of one sample
     */
    public record RateVerdict(boolean accepted, int delayMs) {
        /** Of a connection that is served at once. */
        public static final RateVerdict AT_ONCE = new RateVerdict(true, 0);
    }

    /**
     * The quotas of addresses.
     *
     * @param own of some addresses
     * @param others of each other address; null if there is none
     */
    private record OfAddresses(Map<InetAddress, Double> own, Double others) {
        private boolean isAny() {
            return others != null || !own.isEmpty();
        }

        /** @return connections/s, or null if there is no limit */
        private Double of(InetAddress address) {
            return own.getOrDefault(address, others);
        }
    }

    private final LongSupplier nowMs;
    private final QuotaWindow window;
    private final Map<String, Integer> ofListeners;
    private final RateMeter server;
    private final Map<String, RateMeter> listeners = new HashMap<>();
    private final Meters<InetAddress, RateMeter> addresses;
    private int ofServer = UNLIMITED;
    private OfAddresses ofAddresses = new OfAddresses(Map.of(), null);
    private volatile boolean on;

    /**
     * @param nowMs a time in ms that never goes back
     * @param window the time over which rates are measured
     * @param ofListeners max connections/s of listeners, by their names
     */
    ConnectionRates(LongSupplier nowMs, QuotaWindow window, Map<String, Integer> ofListeners) {
        this.nowMs = nowMs;
        this.window = window;
        this.ofListeners = Map.copyOf(ofListeners);
        server = new RateMeter(window);
        ofListeners.keySet().forEach(listener -> listeners.put(listener, new RateMeter(window)));
        addresses = new Meters<>(MAX_ADDRESSES, () -> new RateMeter(window));
        update();
    }

    /** @return false if connections are accepted however fast they come */
    public boolean isOn() {
        return on;
    }

    /** @param perSecond {@code max.connection.creation.rate}: max connections/s in all, at least 1 */
    public synchronized void limit(int perSecond) {
        ofServer = perSecond;
        update();
    }

    /**
     * Puts quotas of addresses in force, in place of those before; those of hosts by name when their
     * addresses are known.
     *
     * @param quotas all quotas by entity and key; those of users and clients have no effect here
     * @return looks up the addresses of hosts, which may take long; empty if there are no hosts by name
     */
    Optional<Runnable> enforce(Map<ClientQuotaEntity, Map<String, Double>> quotas) {
        Map<InetAddress, Double> own = new HashMap<>();
        Map<String, Double> hosts = new HashMap<>();
        Double others = null;
        for (Map.Entry<ClientQuotaEntity, Map<String, Double>> each : quotas.entrySet()) {
            Map<String, String> parts = each.getKey().entries();
            Double rate = each.getValue().get(KEY);
            if (!parts.containsKey(ClientQuotaEntity.IP) || rate == null) {
                continue;
            }
            String address = parts.get(ClientQuotaEntity.IP);
            if (address == null) {
                others = rate;
            } else if (AddressText.isLiteral(address)) {
                look(address, rate, own);
            } else {
                hosts.put(address, rate);
            }
        }
        OfAddresses known = new OfAddresses(Map.copyOf(own), others);
        use(known);
        return hosts.isEmpty() ? Optional.empty() : Optional.of(() -> lookUp(hosts, known));
    }

    private void lookUp(Map<String, Double> hosts, OfAddresses before) {
        Map<InetAddress, Double> own = new HashMap<>(before.own);
        for (Map.Entry<String, Double> host : hosts.entrySet()) {
            if (!isInForce(before)) {
                return; // other quotas are
            }
            look(host.getKey(), host.getValue(), own);
        }
        synchronized (this) {
            if (isInForce(before)) {
                use(new OfAddresses(own, before.others));
            }
        }
    }

    private synchronized boolean isInForce(OfAddresses quotas) {
        return ofAddresses == quotas;
    }

    private synchronized void use(OfAddresses quotas) {
        ofAddresses = quotas;
        update();
    }

    private static void look(String name, double rate, Map<InetAddress, Double> own) {
        try {
            for (InetAddress address : InetAddress.getAllByName(name)) {
                own.putIfAbsent(address, rate);
            }
        } catch (UnknownHostException e) {
            LOG.warn("The quota of connections from {} has no effect: there is no such host", name);
        }
    }

    private void update() {
        on = ofServer != UNLIMITED || !ofListeners.isEmpty() || ofAddresses.isAny();
    }

    /**
     * Counts a new connection.
     *
     * @param listener name of the listener that it came by
     * @param address the peer's address
     * @return what becomes of it
     */
    public synchronized RateVerdict admit(String listener, InetAddress address) {
        long now = nowMs.getAsLong();
        Double bound = ofAddresses.of(address);
        if (bound != null) {
            long ms = addresses.use(address, now, meter -> meter.countWithin(1, bound, now));
            if (ms < 0) {
                return new RateVerdict(false, delay(-ms));
            }
        }
        long ms = server.count(1, ofServer, now);
        RateMeter meter = listeners.get(listener);
        if (meter != null) {
            ms = Math.max(ms, meter.count(1, ofListeners.get(listener), now));
        }
        return ms == 0 ? RateVerdict.AT_ONCE : new RateVerdict(true, delay(ms));
    }

    private int delay(long ms) {
        return (int) Math.min(ms, window.sampleMs());
    }
}
