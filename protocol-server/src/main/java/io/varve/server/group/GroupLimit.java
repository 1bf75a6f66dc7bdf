// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.runtime.Clock;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Keeps clients from making groups and members without end, which Kafka's coordinator lets them do.
 * Thread-safe.
 *
 * <ul>
 *   <li>Of groups it notes the names of those it let in. Now and then it asks the coordinator which groups
 *       there are: it takes up those from the log, and forgets those that are gone.
 *   <li>Of members it counts the requests to become one. The coordinator remembers each of them for as long
 *       as a session may last, whether the client comes back or not.
 * </ul>
 */
final class GroupLimit {
    /**
     * The coordinator drops groups without members and offsets every ten minutes. A young one may not be in
     * its list yet.
     */
    private static final long YOUNG_NANOS = TimeUnit.MINUTES.toNanos(15);

    private static final long LOOK_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long LOOK_WHEN_FULL_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** The longest session there is by default. */
    private static final long JOINS_NANOS = TimeUnit.MINUTES.toNanos(30);

    /** Joins in that time: 55 in a second, day and night. */
    static final int MAX_JOINS = 100_000;

    private final int max;
    private final Clock clock;
    /** Name → when it was let in, by the clock's nanos. */
    private final Map<String, Long> groups = new ConcurrentHashMap<>();

    private final AtomicLong nextLook;
    private final AtomicLong joinsUntil;
    private final AtomicInteger joins = new AtomicInteger();

    /** @param max how many groups there may be */
    GroupLimit(int max, Clock clock) {
        this.max = max;
        this.clock = clock;
        nextLook = new AtomicLong(clock.nanos());
        joinsUntil = new AtomicLong(clock.nanos() + JOINS_NANOS);
    }

    /** @return false if too many asked to become members lately, of any group */
    boolean admitsMember() {
        long now = clock.nanos();
        long until = joinsUntil.get();
        if (now - until >= 0 && joinsUntil.compareAndSet(until, now + JOINS_NANOS)) {
            joins.set(0);
        }
        return joins.get() < MAX_JOINS && joins.incrementAndGet() <= MAX_JOINS;
    }

    /**
     * @param groupId a group that a request makes if it is not there
     * @param present asks the coordinator for the names of its groups
     * @return false if it is a new one and there are as many as may be
     */
    boolean admits(String groupId, Supplier<CompletableFuture<? extends Collection<String>>> present) {
        long now = clock.nanos();
        if (groups.containsKey(groupId)) {
            return true;
        }
        boolean full = groups.size() >= max;
        long next = nextLook.get();
        long soonest = full ? next - LOOK_NANOS + LOOK_WHEN_FULL_NANOS : next;
        if (now - soonest >= 0 && nextLook.compareAndSet(next, now + LOOK_NANOS)) {
            present.get().whenComplete((names, failure) -> {
                if (failure == null) {
                    take(names, now);
                } else {
                    nextLook.set(now + LOOK_WHEN_FULL_NANOS); // it is loading
                }
            });
        }
        if (full) {
            return false;
        }
        groups.putIfAbsent(groupId, now);
        return true;
    }

    private void take(Collection<String> names, long now) {
        Set<String> present = new HashSet<>(names);
        groups.entrySet().removeIf(group -> now - group.getValue() > YOUNG_NANOS && !present.contains(group.getKey()));
        present.forEach(name -> groups.putIfAbsent(name, now));
    }
}
