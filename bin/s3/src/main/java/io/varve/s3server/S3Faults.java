// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides which requests are struck by which fault. Rules come and go while the server runs. Chances come
 * from one seed, {@link #seed}; which of several concurrent requests gets which is up to their order. Safe
 * for any thread.
 */
public final class S3Faults {
    private final long seed;
    private final Random random;
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final Map<S3Fault, Long> injected = new EnumMap<>(S3Fault.class);

    /** A rule in force, which ends when it is closed or spent. */
    public final class Rule implements AutoCloseable {
        private final FaultRule rule;
        private final AtomicLong left;

        private Rule(FaultRule rule) {
            this.rule = rule;
            this.left = new AtomicLong(rule.times());
        }

        /** @return how many requests it has struck */
        public long hits() {
            return rule.times() - left.get();
        }

        @Override
        public void close() {
            rules.remove(this);
        }

        private boolean strikes(S3RequestKind kind, String key, boolean conditional) {
            return rule.fits(kind, key, conditional)
                    && (rule.chance() == 1 || nextDouble() < rule.chance())
                    && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
        }
    }

    /**
     * What a request gets.
     *
     * @param delayMs before anything else
     * @param position where in the answer's body, from 0 (inclusive) to 1 (exclusive) of it
     */
    record Verdict(Optional<S3Fault> fault, long delayMs, double position) {}

    S3Faults(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
    }

    /** @return for messages of failed tests */
    public long seed() {
        return seed;
    }

    /**
     * Puts a rule into force, after those that are. The first one that strikes counts; a delay adds to it.
     */
    public Rule add(FaultRule rule) {
        Rule added = new Rule(rule);
        rules.add(added);
        return added;
    }

    /** Ends all rules. */
    public void clear() {
        rules.clear();
    }

    /** @return how many requests were struck by each fault so far */
    public Map<S3Fault, Long> injected() {
        synchronized (injected) {
            return Collections.unmodifiableMap(new EnumMap<>(injected));
        }
    }

    Verdict decide(S3RequestKind kind, String key, boolean conditional) {
        S3Fault fault = null;
        long delayMs = 0;
        for (Rule rule : rules) {
            boolean slow = rule.rule.fault() == S3Fault.SLOW;
            if ((slow || fault == null) && rule.strikes(kind, key, conditional)) {
                count(rule.rule.fault());
                delayMs += rule.rule.delayMs();
                fault = slow ? fault : rule.rule.fault();
            }
        }
        if (fault == null) {
            return new Verdict(delayMs > 0 ? Optional.of(S3Fault.SLOW) : Optional.empty(), delayMs, 0);
        }
        return new Verdict(Optional.of(fault), delayMs, nextDouble());
    }

    private void count(S3Fault fault) {
        synchronized (injected) {
            injected.merge(fault, 1L, Long::sum);
        }
    }

    private double nextDouble() {
        synchronized (random) {
            return random.nextDouble();
        }
    }
}
