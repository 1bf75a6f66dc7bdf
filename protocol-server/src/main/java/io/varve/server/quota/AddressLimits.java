// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds limits of some addresses, which are given by address or by the name of a host: a host's limit is that
 * of each of its addresses. Thread-safe.
 *
 * @param <V> type of a limit
 */
public final class AddressLimits<V> {
    private static final Logger LOG = LoggerFactory.getLogger(AddressLimits.class);

    private final String what;
    private final Runnable changed;
    private volatile Map<InetAddress, V> inForce = Map.of();
    private Map<String, V> given = Map.of();
    private long round;

    /**
     * @param what what is limited, for the log
     * @param changed called when other limits are in force
     */
    public AddressLimits(String what, Runnable changed) {
        this.what = what;
        this.changed = changed;
    }

    /**
     * Puts limits in force, in place of those before; those of hosts by name when their addresses are known.
     * The same limits again stay in force while hosts are looked up anew.
     *
     * @param limits by address or name
     * @return looks up the addresses of hosts, which may take long; empty if there are no hosts by name
     */
    public Optional<Runnable> enforce(Map<String, V> limits) {
        Map<InetAddress, V> own = new HashMap<>();
        Map<String, V> hosts = new HashMap<>();
        limits.forEach((name, limit) -> {
            if (AddressText.isLiteral(name)) {
                look(name, limit, own);
            } else {
                hosts.put(name, limit);
            }
        });
        long begun;
        synchronized (this) {
            begun = ++round;
            if (!limits.equals(given)) {
                given = Map.copyOf(limits);
                inForce = Map.copyOf(own);
            }
        }
        changed.run();
        return hosts.isEmpty() ? Optional.empty() : Optional.of(() -> lookUp(hosts, own, begun));
    }

    private void lookUp(Map<String, V> hosts, Map<InetAddress, V> own, long begun) {
        for (Map.Entry<String, V> host : hosts.entrySet()) {
            if (isOld(begun)) {
                return; // other limits are in force
            }
            look(host.getKey(), host.getValue(), own);
        }
        synchronized (this) {
            if (isOld(begun)) {
                return;
            }
            inForce = Map.copyOf(own);
        }
        changed.run();
    }

    private synchronized boolean isOld(long begun) {
        return begun != round;
    }

    private void look(String name, V limit, Map<InetAddress, V> own) {
        try {
            for (InetAddress address : InetAddress.getAllByName(name)) {
                own.putIfAbsent(address, limit);
            }
        } catch (UnknownHostException e) {
            LOG.warn("The limit of {} from {} has no effect: there is no such host", what, name);
        }
    }

    /**
     * @param address a peer's address
     * @param others the limit of an address that has none of its own; may be null
     * @return the address's limit
     */
    public V of(InetAddress address, V others) {
        return inForce.getOrDefault(address, others);
    }

    /** @return false if no address has a limit of its own */
    public boolean isAny() {
        return !inForce.isEmpty();
    }
}
