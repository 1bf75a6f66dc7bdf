// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.spi.Extent;

/** Names the promise of an acks=all response: the value of {@code log.durability}. */
public enum Durability {
    /** The bytes survive a power cut, and consumers see only bytes that do. */
    SYNC {
        @Override
        long visibleEnd(Extent extent) {
            return extent.durableEnd();
        }
    },
    /**
     * The bytes survive the end of the process (page cache); synced by {@code log.flush.interval.*}, as Kafka
     * does.
     */
    ASYNC {
        @Override
        long visibleEnd(Extent extent) {
            return extent.readableEnd();
        }
    };

    /** @return offset up to which consumers may see, exclusive */
    abstract long visibleEnd(Extent extent);
}
