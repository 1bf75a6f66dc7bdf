// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.errors.InvalidRequestException;

/**
 * Checks what a member acknowledges, and prepares the changes: all of them or, if one is refused, none. Used
 * once, under the lock of the window.
 */
final class Acknowledging {
    private final InFlightWindow window;
    private final String member;
    private final ShareLimits limits;
    private final long lockedUntil;

    /** @param lockedUntil when renewed locks end, in the clock's nanos */
    Acknowledging(InFlightWindow window, String member, ShareLimits limits, long lockedUntil) {
        this.window = window;
        this.member = member;
        this.limits = limits;
        this.lockedUntil = lockedUntil;
    }

    /** @return why the acknowledgements are refused; null if they are not */
    ApiException refusal(List<Acknowledgement> batches) {
        long previous = -1;
        for (Acknowledgement batch : batches) {
            ApiException refusal = batch.first() <= previous
                    ? new InvalidRecordStateException("The offset is acknowledged twice.")
                    : refusal(batch);
            if (refusal != null) {
                return refusal;
            }
            previous = batch.last();
        }
        return null;
    }

    private ApiException refusal(Acknowledgement batch) {
        if (batch.last() < window.start()) {
            return null;
        }
        if (window.size() == 0) {
            return new InvalidRecordStateException("The batch is not in flight.");
        }
        if (batch.last() >= window.end()) {
            return new InvalidRequestException("The last offset in the request is past acquired records.");
        }
        if (batch.renews() && !limits.renews()) {
            return new InvalidRecordStateException("Renewing acquisition locks is not enabled for the group.");
        }
        for (DeliveryRun run : window.between(Math.max(batch.first(), window.start()), batch.last())) {
            if (run.state != DeliveryState.ACQUIRED || run.target != null) {
                return new InvalidRecordStateException("The record is not in the acquired state.");
            }
            if (!member.equals(run.member)) {
                return new InvalidRecordStateException("The member is not the owner of the record.");
            }
        }
        return null;
    }

    /**
     * Prepares the changes: renews locks, and sets the target of what changes its state.
     *
     * @param batches acknowledgements that are not refused
     * @return the runs whose target must be stored
     */
    List<DeliveryRun> prepare(List<Acknowledgement> batches) {
        List<DeliveryRun> changed = new ArrayList<>();
        for (Acknowledgement batch : batches) {
            long from = Math.max(batch.first(), window.start());
            while (from <= batch.last()) {
                long last = batch.endOfType(from);
                byte type = batch.typeAt(from);
                for (DeliveryRun run : window.between(from, last)) {
                    DeliveryRun part = window.cut(run, Math.max(from, run.first), Math.min(last, run.last));
                    if (type == Acknowledgement.RENEW) {
                        part.lockedUntil = lockedUntil;
                    } else {
                        part.target = target(type, part.deliveries);
                        changed.add(part);
                    }
                }
                from = last + 1;
            }
        }
        return changed;
    }

    private DeliveryState target(byte type, int deliveries) {
        return switch (type) {
            case Acknowledgement.ACCEPT -> DeliveryState.ACKNOWLEDGED;
            case Acknowledgement.RELEASE -> afterRelease(deliveries, limits);
            default -> DeliveryState.ARCHIVED;
        };
    }

    /** @return the state of a record after its lock has ended without an acknowledgement */
    static DeliveryState afterRelease(int deliveries, ShareLimits limits) {
        return deliveries >= limits.maxDeliveries() ? DeliveryState.ARCHIVED : DeliveryState.AVAILABLE;
    }
}
