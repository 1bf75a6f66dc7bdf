// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Keeps a meter for each of those who use a quota. One that has been idle until a new meter would measure the
 * same is dropped when others are asked for; so is the one idle longest when there are too many. Thread-safe.
 *
 * @param <K> who uses the quota
 * @param <M> what measures it
 */
final class Meters<K, M extends Meter> {
    private final int max;
    private final Supplier<M> maker;
    private final Map<K, M> byUser = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * @param max max number of meters, at least 1
     * @param maker makes a meter that has measured nothing
     */
    Meters(int max, Supplier<M> maker) {
        this.max = max;
        this.maker = maker;
    }

    /**
     * Uses a meter. No other thread uses any meter meanwhile.
     *
     * @param user whose meter; a new one if there is none
     * @param nowMs the time
     * @param use must be short
     * @return the result of the use
     */
    synchronized long use(K user, long nowMs, ToLongFunction<M> use) {
        M meter = byUser.computeIfAbsent(user, first -> maker.get());
        long result = use.applyAsLong(meter);
        dropIdle(nowMs, meter);
        return result;
    }

    /** Drops a few: a call must not take long, and each call adds one at most. */
    private void dropIdle(long nowMs, M used) {
        Iterator<M> idlest = byUser.values().iterator();
        for (int i = 0; i < 2; i++) {
            M meter = idlest.next();
            if (meter == used || byUser.size() <= max && meter.forgettableAt() > nowMs) {
                return;
            }
            idlest.remove();
        }
    }

    /** Drops all. */
    synchronized void clear() {
        byUser.clear();
    }

    /** @return how many there are */
    synchronized int size() {
        return byUser.size();
    }
}
