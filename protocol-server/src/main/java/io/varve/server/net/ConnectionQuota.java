// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.runtime.Metrics.Readings;
import io.varve.server.quota.AddressLimits;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Counts open connections, in all and by address, and tells when there are as many as may be. Thread-safe.
 */
final class ConnectionQuota {
    private final AddressLimits<Integer> ofAddresses =
            new AddressLimits<>("connections (max.connections.per.ip.overrides)", () -> {});
    private final Runnable onAvailable;
    private NetConfig.Connections limits;
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private final Map<String, Integer> byListener = new HashMap<>();
    private int open;
    private long accepted;
    private long refusedForNumber;
    private long refusedForRate;

    /** @param onAvailable called when a listener may accept again; short, must not block */
    ConnectionQuota(NetConfig.Connections limits, Runnable onAvailable) {
        this.limits = limits;
        this.onAvailable = onAvailable;
    }

    /** @return false if this address has reached its limit of connections */
    synchronized boolean reserve(String listener, InetAddress address) {
        if (byAddress.getOrDefault(address, 0) >= max(address)) {
            refusedForNumber++;
            return false;
        }
        byAddress.merge(address, 1, Integer::sum);
        byListener.merge(listener, 1, Integer::sum);
        open++;
        accepted++;
        return true;
    }

    /** @return max connections from an address */
    synchronized int max(InetAddress address) {
        return ofAddresses.of(address, limits.maxPerIp());
    }

    /** @return the limit that a listener has reached, in words for the log */
    synchronized String reached(String listener) {
        return open >= limits.max()
                ? limits.max() + " closes (max.connections)"
                : limits.ofListeners().get(listener) + " of " + listener + " closes (max.connections of the listener)";
    }

    /**
     * Gives some addresses limits of their own, in place of those before. Existing connections stay.
     *
     * @param limits max connections by address or name of a host; 0 and less let none in
     * @return looks up the addresses of hosts, which may take long; empty if there are no hosts by name
     */
    Optional<Runnable> limitAddresses(Map<String, Integer> limits) {
        return ofAddresses.enforce(limits);
    }

    /** Counts a connection that is not served, because its address connects too often. */
    synchronized void refuseForRate() {
        refusedForRate++;
    }

    /** Changes the limits. Existing connections beyond them stay until they close. */
    void limit(NetConfig.Connections limits) {
        boolean hasBecomeAvailable;
        synchronized (this) {
            this.limits = limits;
            hasBecomeAvailable = open < limits.max();
        }
        if (hasBecomeAvailable) {
            onAvailable.run();
        }
    }

    void release(String listener, InetAddress address) {
        boolean hasBecomeAvailable;
        synchronized (this) {
            boolean wasFull = isFull(listener);
            open--;
            byAddress.compute(address, (key, count) -> count == 1 ? null : count - 1);
            byListener.merge(listener, -1, Integer::sum);
            hasBecomeAvailable = wasFull && open < limits.max();
        }
        if (hasBecomeAvailable) {
            onAvailable.run();
        }
    }

    synchronized void read(Readings readings) {
        readings.add(NetMetrics.ACCEPTED, accepted);
        readings.add(NetMetrics.REFUSED, refusedForNumber, "max.connections.per.ip");
        readings.add(NetMetrics.REFUSED, refusedForRate, "connection_creation_rate");
    }

    /** @return true if the listener may accept no more connections */
    synchronized boolean isFull(String listener) {
        return open >= limits.max()
                || byListener.getOrDefault(listener, 0)
                        >= limits.ofListeners().getOrDefault(listener, Integer.MAX_VALUE);
    }
}
