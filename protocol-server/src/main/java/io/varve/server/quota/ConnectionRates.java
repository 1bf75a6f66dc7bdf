// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.server.config.QuotaConfig;

/**
 * Limits how fast new connections are accepted: all of the server, those of a listener, those from an address
 * (KIP-612). A connection that comes too fast is accepted later, one from an address that has connected too
 * often is closed. Thread-safe.
 */
public final class ConnectionRates {
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

    private final LongSupplier nowMs;
    private final QuotaWindow window;
    private final Map<String, Integer> ofListeners;
    private final RateMeter server;
    private final Map<String, RateMeter> listeners = new HashMap<>();
    private final Meters<InetAddress, RateMeter> addresses;
    private final AddressLimits<Double> ofAddresses =
            new AddressLimits<>("new connections (" + KEY + ")", this::update);
    private int ofServer = UNLIMITED;

    /** Of each address that has none of its own; null if there is none. */
    private Double ofOthers;

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
    synchronized Optional<Runnable> enforce(Map<ClientQuotaEntity, Map<String, Double>> quotas) {
        Map<String, Double> own = new HashMap<>();
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
            } else {
                own.put(address, rate);
            }
        }
        ofOthers = others;
        return ofAddresses.enforce(own);
    }

    private synchronized void update() {
        on = ofServer != UNLIMITED || !ofListeners.isEmpty() || ofOthers != null || ofAddresses.isAny();
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
        Double bound = ofAddresses.of(address, ofOthers);
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
