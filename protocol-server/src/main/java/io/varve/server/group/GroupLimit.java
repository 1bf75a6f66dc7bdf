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
 * Limits the numbers of groups and of new members, which Kafka's coordinator does not limit. Thread-safe.
 *
 * <ul>
 *   <li>It tracks the names of admitted groups. Now and then it lists the groups of the coordinator: it adds
 *       the groups loaded from the log, and removes those that no longer exist.
 *   <li>It counts the requests to join as a new member. The coordinator keeps each new member for up to the
 *       max session timeout, even if the client never returns.
 * </ul>
 */
final class GroupLimit {
    /**
     * Min age of a group that may be removed. The coordinator may not list a younger group yet; it drops
     * empty groups every ten minutes.
     */
    private static final long MIN_AGE_NANOS = TimeUnit.MINUTES.toNanos(15);

    private static final long REFRESH_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long REFRESH_WHEN_FULL_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Period in which joins are counted: the default max session timeout. */
    private static final long JOIN_PERIOD_NANOS = TimeUnit.MINUTES.toNanos(30);

    /** Max joins in the period: 55 in each second. */
    static final int MAX_JOINS = 100_000;

    private final int max;
    private final Clock clock;
    /** Time of admission, in the clock's nanos, by the name of the group. */
    private final Map<String, Long> groups = new ConcurrentHashMap<>();

    private final AtomicLong nextRefresh;
    private final AtomicLong joinsUntil;
    private final AtomicInteger joins = new AtomicInteger();

    /** @param max max number of groups */
    GroupLimit(int max, Clock clock) {
        this.max = max;
        this.clock = clock;
        nextRefresh = new AtomicLong(clock.nanos());
        joinsUntil = new AtomicLong(clock.nanos() + JOIN_PERIOD_NANOS);
    }

    /** @return false if too many members have joined recently, in all groups together */
    boolean admitsMember() {
        long now = clock.nanos();
        long until = joinsUntil.get();
        if (now - until >= 0 && joinsUntil.compareAndSet(until, now + JOIN_PERIOD_NANOS)) {
            joins.set(0);
        }
        return joins.get() < MAX_JOINS && joins.incrementAndGet() <= MAX_JOINS;
    }

    /**
     * @param groupId a group that a request creates if it does not exist
     * @param existing lists the names of the coordinator's groups
     * @return false if the group is new and the limit is reached
     */
    boolean admits(String groupId, Supplier<CompletableFuture<? extends Collection<String>>> existing) {
        long now = clock.nanos();
        if (groups.containsKey(groupId)) {
            return true;
        }
        boolean full = groups.size() >= max;
        long next = nextRefresh.get();
        long dueAt = full ? next - REFRESH_NANOS + REFRESH_WHEN_FULL_NANOS : next;
        if (now - dueAt >= 0 && nextRefresh.compareAndSet(next, now + REFRESH_NANOS)) {
            existing.get().whenComplete((names, failure) -> {
                if (failure == null) {
                    refresh(names, now);
                } else {
                    nextRefresh.set(now + REFRESH_WHEN_FULL_NANOS); // the coordinator is loading
                }
            });
        }
        if (full) {
            return false;
        }
        groups.putIfAbsent(groupId, now);
        return true;
    }

    private void refresh(Collection<String> names, long now) {
        Set<String> existing = new HashSet<>(names);
        groups.entrySet()
                .removeIf(group -> now - group.getValue() > MIN_AGE_NANOS && !existing.contains(group.getKey()));
        existing.forEach(name -> groups.putIfAbsent(name, now));
    }
}
