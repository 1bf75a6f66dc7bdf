// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts open connections, in all and by address, and tells when there are as many as may be. Thread-safe.
 */
final class ConnectionQuota {
    private NetConfig.Connections limits;
    private final Runnable onRoom;
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int open;

    /** @param onRoom called when there is room after there was none; short, must not block */
    ConnectionQuota(NetConfig.Connections limits, Runnable onRoom) {
        this.limits = limits;
        this.onRoom = onRoom;
    }

    /** @return false when this address has all the connections it may have */
    synchronized boolean reserve(InetAddress address) {
        if (byAddress.getOrDefault(address, 0) >= limits.maxPerIp()) {
            return false;
        }
        byAddress.merge(address, 1, Integer::sum);
        open++;
        return true;
    }

    /** Takes other limits; connections beyond them stay until they end. */
    void limit(NetConfig.Connections limits) {
        boolean hasRoom;
        synchronized (this) {
            this.limits = limits;
            hasRoom = !isFull();
        }
        if (hasRoom) {
            onRoom.run();
        }
    }

    void release(InetAddress address) {
        boolean wasFull;
        synchronized (this) {
            wasFull = isFull();
            open--;
            byAddress.compute(address, (key, count) -> count == 1 ? null : count - 1);
        }
        if (wasFull) {
            onRoom.run();
        }
    }

    /** @return true when no more are to be accepted */
    synchronized boolean isFull() {
        return open >= limits.max();
    }
}
