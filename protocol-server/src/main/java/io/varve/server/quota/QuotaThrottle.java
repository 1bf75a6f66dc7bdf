// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import io.varve.core.runtime.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/**
 * Counts what clients use, and says for how long a client that exceeds its quota is to be held back (KIP-13,
 * KIP-124, KIP-219, KIP-599). All methods are cheap while nobody has a quota. Thread-safe.
 */
public final class QuotaThrottle {
    /** Max number of those whose use of one kind of quota is remembered. */
    static final int MAX_METERS = 10_000;

    /** A bucket of tokens begins full, and is filled from the time 0 on. */
    private static final long BEGIN_MS = 1L << 50;

    private static final double PERCENT_OF_NANOS = 100.0 / TimeUnit.SECONDS.toNanos(1);

    private final Clock clock;
    private final long beginNanos;
    private final QuotaWindow window;
    private final Meters<QuotaTable.QuotaShare, RateMeter> produce;
    private final Meters<QuotaTable.QuotaShare, RateMeter> fetch;
    private final Meters<QuotaTable.QuotaShare, RateMeter> request;
    private final Meters<QuotaTable.QuotaShare, TokenMeter> mutation;
    private final ConnectionRates connections;
    private volatile QuotaTable quotas = QuotaTable.EMPTY;

    /**
     * @param clock source of time
     * @param config the times over which the use is measured
     */
    public QuotaThrottle(Clock clock, ThrottleConfig config) {
        this.clock = clock;
        window = config.rates();
        beginNanos = clock.nanos();
        connections = new ConnectionRates(this::nowMs, window, config.connections());
        produce = new Meters<>(MAX_METERS, () -> new RateMeter(window));
        fetch = new Meters<>(MAX_METERS, () -> new RateMeter(window));
        request = new Meters<>(MAX_METERS, () -> new RateMeter(window));
        mutation = new Meters<>(MAX_METERS, () -> new TokenMeter(config.mutations()));
    }

    /**
     * Puts quotas in force, in place of those before.
     *
     * @param all all quotas by entity and key
     * @return looks up the addresses of hosts that have quotas by name, which may take long; empty if none
     *     has
     */
    public Optional<Runnable> enforce(Map<ClientQuotaEntity, Map<String, Double>> all) {
        Optional<Runnable> lookUp = connections.enforce(all);
        QuotaTable table = QuotaTable.of(all);
        quotas = table;
        clearUnless(table.limits(QuotaKind.PRODUCE), produce);
        clearUnless(table.limits(QuotaKind.FETCH), fetch);
        clearUnless(table.limits(QuotaKind.REQUEST), request);
        clearUnless(table.limits(QuotaKind.MUTATION), mutation);
        return lookUp;
    }

    /** What is not measured is not asked for either: idle meters would stay for ever. */
    private static void clearUnless(boolean limited, Meters<?, ?> meters) {
        if (!limited) {
            meters.clear();
        }
    }

    /** @return limits how fast new connections are accepted */
    public ConnectionRates connections() {
        return connections;
    }

    /** @return false if nobody has a quota, so that nothing needs to be counted */
    public boolean isOn() {
        return quotas != QuotaTable.EMPTY;
    }

    /** @return true if anybody has a quota for the time of the server's threads */
    public boolean countsTime() {
        QuotaTable now = quotas;
        return now != QuotaTable.EMPTY && now.limits(QuotaKind.REQUEST);
    }

    /**
     * Counts a produce request.
     *
     * @param client who sent it
     * @param bytes size of the request
     * @return ms for which the client is to be held back, 0 or more
     */
    public int produced(QuotaClient client, long bytes) {
        return count(QuotaKind.PRODUCE, produce, client, bytes);
    }

    /**
     * Counts records that a fetch has found, or nothing if they are too many now: the client gets none then.
     *
     * @param client who fetches
     * @param bytes bytes of the records
     * @return what the client gets
     */
    public Allowance found(QuotaClient client, long bytes) {
        QuotaTable.Limit limit = quotas.of(QuotaKind.FETCH, client);
        if (limit == null) {
            return Allowance.UNLIMITED;
        }
        long now = nowMs();
        long ms = fetch.use(limit.share(), now, meter -> meter.countWithin(bytes, limit.bound(), now));
        return ms == 0 ? Allowance.UNLIMITED : new Allowance(ms > 0, toInt(Math.abs(ms)));
    }

    /**
     * Counts records that are sent in any case.
     *
     * @param client who gets them
     * @param bytes bytes of the records
     * @return ms for which the client is to be held back, 0 or more
     */
    public int sent(QuotaClient client, long bytes) {
        return count(QuotaKind.FETCH, fetch, client, bytes);
    }

    /**
     * @param client who fetches
     * @return max bytes of records that one fetch may find: more would be too many whenever it is answered
     */
    public int maxFetchBytes(QuotaClient client) {
        QuotaTable.Limit limit = quotas.of(QuotaKind.FETCH, client);
        if (limit == null) {
            return Integer.MAX_VALUE;
        }
        return (int) Math.min(Integer.MAX_VALUE, limit.bound() * (window.samples() - 1) * window.seconds());
    }

    /**
     * Counts time of the server's threads.
     *
     * @param client for whom they worked
     * @param nanos time of all threads together, in ns
     * @return ms for which the client is to be held back, from 0 to the time of one sample
     */
    public int worked(QuotaClient client, long nanos) {
        return (int) Math.min(window.sampleMs(), count(QuotaKind.REQUEST, request, client, nanos * PERCENT_OF_NANOS));
    }

    /**
     * @param client who sent a request that creates or deletes partitions
     * @param strict true to refuse what exceeds the quota; false, for clients that do not know the error, to
     *     only hold the client back
     * @return counts the partitions of the request
     */
    public MutationQuota mutations(QuotaClient client, boolean strict) {
        QuotaTable.Limit limit = quotas.of(QuotaKind.MUTATION, client);
        return limit == null ? MutationQuota.UNBOUNDED : new CountedMutations(this, limit, strict);
    }

    /** @return ms for which the client is to be held back; if strict, nothing was counted unless it is 0 */
    long mutated(QuotaTable.Limit limit, int partitions, boolean strict, long nowMs) {
        return mutation.use(
                limit.share(),
                nowMs,
                meter -> strict
                        ? meter.takeUnlessOverdrawn(partitions, limit.bound(), nowMs)
                        : meter.take(partitions, limit.bound(), nowMs));
    }

    private int count(
            QuotaKind kind, Meters<QuotaTable.QuotaShare, RateMeter> meters, QuotaClient client, double amount) {
        QuotaTable.Limit limit = quotas.of(kind, client);
        if (limit == null) {
            return 0;
        }
        long now = nowMs();
        return toInt(meters.use(limit.share(), now, meter -> meter.count(amount, limit.bound(), now)));
    }

    /** @return a time in ms that never goes back, for differences only */
    long nowMs() {
        return BEGIN_MS + TimeUnit.NANOSECONDS.toMillis(clock.nanos() - beginNanos);
    }

    static int toInt(long ms) {
        return (int) Math.min(Integer.MAX_VALUE, ms);
    }
}
