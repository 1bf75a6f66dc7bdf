// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import java.util.EnumSet;
import java.util.Set;

/**
 * Says which requests a fault strikes.
 *
 * @param keyPrefix of keys in the bucket; empty for all, and for requests on the bucket itself
 * @param chance of each fitting request, from 0 to 1
 * @param times how many requests it strikes before it is spent
 * @param delayMs for {@link S3Fault#SLOW} alone
 */
public record FaultRule(
        S3Fault fault, Set<S3RequestKind> kinds, String keyPrefix, double chance, long times, long delayMs) {
    /** Copies the kinds, and checks the rest. */
    public FaultRule {
        kinds = Set.copyOf(kinds);
        if (!(chance >= 0 && chance <= 1) || times < 0 || delayMs < 0) {
            throw new IllegalArgumentException(
                    "chance is " + chance + ", times " + times + ", delayMs " + delayMs + ": 0 to 1, and not negative");
        }
    }

    /** @return a rule that strikes every request the fault makes sense for, until it is ended */
    public static FaultRule of(S3Fault fault) {
        return new FaultRule(fault, fault.usualKinds(), "", 1, Long.MAX_VALUE, 0);
    }

    /** @return a rule that makes every request wait */
    public static FaultRule slow(long delayMs) {
        return new FaultRule(S3Fault.SLOW, S3Fault.SLOW.usualKinds(), "", 1, Long.MAX_VALUE, delayMs);
    }

    /** Strikes these kinds only. */
    public FaultRule on(S3RequestKind first, S3RequestKind... others) {
        return new FaultRule(fault, EnumSet.of(first, others), keyPrefix, chance, times, delayMs);
    }

    /** Strikes keys that begin so only. */
    public FaultRule under(String prefix) {
        return new FaultRule(fault, kinds, prefix, chance, times, delayMs);
    }

    /** Strikes each fitting request with this chance. */
    public FaultRule chance(double probability) {
        return new FaultRule(fault, kinds, keyPrefix, probability, times, delayMs);
    }

    /** Strikes the next ones only. */
    public FaultRule times(long requests) {
        return new FaultRule(fault, kinds, keyPrefix, chance, requests, delayMs);
    }

    boolean fits(S3RequestKind kind, String key, boolean conditional) {
        return kinds.contains(kind) && key.startsWith(keyPrefix) && (fault != S3Fault.CONFLICT || conditional);
    }
}
