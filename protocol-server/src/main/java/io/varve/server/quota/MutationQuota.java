// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import java.util.function.IntConsumer;

/**
 * The quota that one request has for partitions it creates or deletes. Is asked for each topic, before the
 * topic changes. Thread-safe.
 */
public interface MutationQuota extends IntConsumer {
    /** The quota of a client that has none. */
    MutationQuota UNBOUNDED = new MutationQuota() {
        @Override
        public void accept(int partitions) {}

        @Override
        public int throttleMs() {
            return 0;
        }
    };

    /**
     * Counts partitions.
     *
     * @param partitions how many are created or deleted
     * @throws org.apache.kafka.common.errors.ThrottlingQuotaExceededException if they may not be, as the
     *     quota is used up
     */
    @Override
    void accept(int partitions);

    /** @return ms from now for which the client is to be held back, 0 or more */
    int throttleMs();
}
