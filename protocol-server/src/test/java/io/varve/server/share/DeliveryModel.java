// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Says of each offset what a share partition must do with it: one entry an offset, without any runs. */
final class DeliveryModel {
    /** An offset's state. */
    static final class Delivery {
        String owner;
        long lockedUntil;
        int deliveries;
        boolean over;
        /** The acknowledgement that is being stored; null if none is. */
        Byte pending;

        boolean isAvailable() {
            return owner == null && !over && pending == null;
        }
    }

    private final int limit;
    final TreeMap<Long, Delivery> offsets = new TreeMap<>();
    long start;

    DeliveryModel(int limit) {
        this.limit = limit;
    }

    Delivery at(long offset) {
        return offsets.computeIfAbsent(offset, key -> new Delivery());
    }

    void acquired(AcquireRequest request, List<AcquiredRange> ranges, long until) {
        long count = 0;
        for (AcquiredRange range : ranges) {
            for (long offset = range.first(); offset <= range.last(); offset++) {
                Delivery delivery = at(offset);
                assertThat(offset).isGreaterThanOrEqualTo(start);
                assertThat(delivery.isAvailable())
                        .as("offset %d is available", offset)
                        .isTrue();
                delivery.deliveries++;
                assertThat(range.deliveries()).as("deliveries of %d", offset).isEqualTo(delivery.deliveries);
                assertThat(delivery.deliveries).isLessThanOrEqualTo(limit);
                delivery.owner = request.member();
                delivery.lockedUntil = until;
                count++;
            }
        }
        if (request.strict()) {
            assertThat(count).isLessThanOrEqualTo(request.maxRecords());
        }
        if (limit > 2 && ranges.stream().anyMatch(range -> range.deliveries() == limit)) {
            assertThat(count).as("the last delivery is of one record alone").isEqualTo(1);
        }
    }

    List<Long> ownedBy(String member) {
        List<Long> owned = new ArrayList<>();
        offsets.forEach((offset, delivery) -> {
            if (member.equals(delivery.owner) && delivery.pending == null && offset >= start) {
                owned.add(offset);
            }
        });
        return owned;
    }

    void settle(List<Long> acknowledged, boolean stored, long now) {
        for (long offset : acknowledged) {
            Delivery delivery = at(offset);
            byte type = delivery.pending;
            delivery.pending = null;
            if (stored && type != Acknowledgement.RELEASE) {
                delivery.over = true;
                delivery.owner = null;
            } else if (stored || now - delivery.lockedUntil >= 0) {
                release(delivery);
            }
        }
    }

    private void release(Delivery delivery) {
        delivery.owner = null;
        delivery.over = delivery.deliveries >= limit;
    }

    void timeOut(long now) {
        for (Delivery delivery : offsets.values()) {
            if (delivery.owner != null && delivery.pending == null && now - delivery.lockedUntil >= 0) {
                release(delivery);
            }
        }
    }

    /** Takes over what the store has: all else was never acquired. */
    void crash(HeldStates states) {
        long end = offsets.isEmpty() ? 0 : offsets.lastKey() + 1;
        offsets.clear();
        for (long offset = start; offset < end; offset++) {
            at(offset);
        }
        states.runs.forEach((offset, run) -> {
            at(offset).over = DeliveryState.of(run.state()).isFinal();
            at(offset).deliveries = run.deliveries();
        });
        offsets.headMap(Math.max(start, states.start)).clear();
    }
}
