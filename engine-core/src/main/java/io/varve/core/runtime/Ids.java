// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.SplittableRandom;
import java.util.UUID;

/** Makes unique ids, the only use of randomness. Thread-safe. */
@FunctionalInterface
public interface Ids {
    /** @return a new id, different from every other */
    UUID next();

    /** @return ids from the machine's secure random source */
    static Ids random() {
        return UUID::randomUUID;
    }

    /**
     * @param seed equal seeds give equal ids
     * @return predictable ids, for tests
     */
    static Ids seeded(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return () -> {
            synchronized (random) {
                return new UUID(random.nextLong(), random.nextLong());
            }
        };
    }
}
