// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.protocol.Errors;

/** Counts the partitions that one request creates or deletes. */
final class CountedMutations implements MutationQuota {
    private final QuotaThrottle throttle;
    private final QuotaTable.Limit limit;
    private final boolean strict;
    private long heldUntilMs;

    /**
     * @param throttle counts for all requests of the client
     * @param limit what the client is allowed
     * @param strict true to refuse what exceeds the quota; false to only hold the client back
     */
    CountedMutations(QuotaThrottle throttle, QuotaTable.Limit limit, boolean strict) {
        this.throttle = throttle;
        this.limit = limit;
        this.strict = strict;
        heldUntilMs = Long.MIN_VALUE;
    }

    @Override
    public synchronized void accept(int partitions) {
        long now = throttle.nowMs();
        long ms = throttle.mutated(limit, partitions, strict, now);
        if (ms > 0) {
            heldUntilMs = now + ms;
            if (strict) {
                throw new ThrottlingQuotaExceededException(
                        QuotaThrottle.toInt(ms), Errors.THROTTLING_QUOTA_EXCEEDED.message());
            }
        }
    }

    @Override
    public synchronized int throttleMs() {
        return heldUntilMs == Long.MIN_VALUE ? 0 : QuotaThrottle.toInt(Math.max(0, heldUntilMs - throttle.nowMs()));
    }
}
