// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import java.util.ArrayList;
import java.util.List;

/**
 * Acquires records for a member: first those of the window that are available again, then new ones behind it.
 * Used once, under the lock of the window.
 *
 * <p>Records that were delivered half as often as they may be are delivered in ever smaller numbers, and
 * alone the last time: one record that no member can process must not take others with it.
 */
final class Acquisition {
    /** Max number of offsets in a window, whatever the size of the last batch: each may take an entry. */
    private static final int MAX_WINDOW = 10_000;

    private static final int MIN_THROTTLE = 2;

    private final InFlightWindow window;
    private final AcquireRequest request;
    private final ShareLimits limits;
    private final long lockedUntil;
    private final FetchedBatches batches;
    private final List<AcquiredRange> acquired = new ArrayList<>();
    private final List<DeliveryRun> fresh = new ArrayList<>();
    private long count;

    /** @return max number of offsets in a window that is not grown by a gap */
    static long maxWindow(ShareLimits limits) {
        return Math.max(limits.maxLocks(), MAX_WINDOW);
    }

    /** @param lockedUntil when the locks end, in the clock's nanos */
    Acquisition(
            InFlightWindow window,
            AcquireRequest request,
            ShareLimits limits,
            long lockedUntil,
            FetchedBatches batches) {
        this.window = window;
        this.request = request;
        this.limits = limits;
        this.lockedUntil = lockedUntil;
        this.batches = batches;
    }

    /**
     * @param from the offset that the batches were read from
     * @return what was acquired, in the order of the offsets
     */
    List<AcquiredRange> run(long from) {
        archiveAbsent(from);
        long last = batches.last(batches.count() - 1);
        long room = Math.min(request.maxRecords(), limits.maxLocks() - window.size());
        if (room <= 0) {
            // What is available again within a full window may be acquired, and nothing behind it.
            last = Math.min(last, window.end() - 1);
            room = Math.min(request.maxRecords(), window.end() - from);
        }
        if (room > 0 && again(Math.max(from, window.start()), last, room) && count < room) {
            takeNew(last, room);
        }
        return acquired;
    }

    /** Archives what is in the window and not in the log: compacted records, and aborted ones. */
    private void archiveAbsent(long from) {
        window.archive(from, batches.first(0) - 1);
        for (int batch = 0; batch < batches.count(); batch++) {
            if (batches.isAborted(batch)) {
                window.archive(batches.first(batch), batches.last(batch));
            }
        }
    }

    /** @return true if new records may follow */
    private boolean again(long from, long last, long room) {
        int throttle = Math.max(MIN_THROTTLE, (limits.maxDeliveries() + 1) / 2);
        for (DeliveryRun run : window.between(from, last)) {
            if (count >= room) {
                return false;
            }
            if (!run.isAvailable()) {
                continue;
            }
            boolean throttled = run.deliveries >= throttle;
            boolean lastTime = run.deliveries >= limits.maxDeliveries() - 1 && limits.maxDeliveries() > 2;
            if ((throttled || lastTime) && count > 0) {
                return false;
            }
            long first = Math.max(run.first, from);
            long most =
                    lastTime ? first : first + Math.max(1, run.acquiredTogether >> (run.deliveries - throttle + 1)) - 1;
            long wanted = first + (room - count) - 1;
            long end = request.strict() ? wanted : batches.endOfBatch(wanted);
            end = throttled || lastTime ? Math.min(most, request.strict() ? wanted : most) : end;
            take(window.cut(run, first, Math.min(end, Math.min(run.last, last))));
            if (throttled || lastTime) {
                return false;
            }
        }
        return true;
    }

    private void take(DeliveryRun run) {
        run.acquire(request.member(), lockedUntil);
        count += run.last - run.first + 1;
        AcquiredRange previous = acquired.isEmpty() ? null : acquired.get(acquired.size() - 1);
        if (previous != null && previous.last() + 1 == run.first && previous.deliveries() == run.deliveries) {
            acquired.set(acquired.size() - 1, new AcquiredRange(previous.first(), run.last, run.deliveries));
        } else {
            acquired.add(new AcquiredRange(run.first, run.last, run.deliveries));
        }
    }

    private void takeNew(long last, long room) {
        long most = maxWindow(limits);
        DeliveryRun current = null;
        for (int batch = 0; batch < batches.count() && batches.first(batch) <= last; batch++) {
            long first = Math.max(batches.first(batch), window.end());
            long end = Math.min(batches.last(batch), last) + 1;
            if (end <= first) {
                continue;
            }
            if (count >= room || window.size() >= most) {
                break;
            }
            if (first > window.end() && window.size() > 0) {
                current = skip(window.end(), first);
                if (window.size() >= most) {
                    break; // a gap takes one entry, however large it is, and none may follow it now
                }
            }
            if (batches.isAborted(batch)) {
                current = skip(first, end);
                continue;
            }
            long free = most - window.size();
            end = Math.min(end, first + (request.strict() ? Math.min(free, room - count) : free));
            if (current != null && (request.strict() || first - current.first < request.batchSize())) {
                window.extend(current, end);
            } else {
                current = new DeliveryRun(first, end - 1, DeliveryState.AVAILABLE, 0, (int) (end - first));
                current.acquire(request.member(), lockedUntil);
                window.append(current);
                fresh.add(current);
            }
            count += end - first;
        }
        fresh.forEach(run -> acquired.add(new AcquiredRange(run.first, run.last, run.deliveries)));
    }

    /** Archives offsets at the end of the window that hold no record to deliver. */
    private DeliveryRun skip(long first, long end) {
        window.append(new DeliveryRun(first, end - 1, DeliveryState.ARCHIVED, 0, 0));
        return null;
    }
}
