// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import org.apache.kafka.server.config.QuotaConfig;

/** The kinds of quotas of users and clients, by what they limit. */
enum QuotaKind {
    /** Bytes of produce requests, in bytes/s. */
    PRODUCE(QuotaConfig.PRODUCER_BYTE_RATE_OVERRIDE_CONFIG),
    /** Bytes of records in answers to fetches, in bytes/s. */
    FETCH(QuotaConfig.CONSUMER_BYTE_RATE_OVERRIDE_CONFIG),
    /** Time of the server's threads, in percent of one thread. */
    REQUEST(QuotaConfig.REQUEST_PERCENTAGE_OVERRIDE_CONFIG),
    /** Partitions that are created or deleted, in partitions/s. */
    MUTATION(QuotaConfig.CONTROLLER_MUTATION_RATE_OVERRIDE_CONFIG);

    private final String key;

    QuotaKind(String key) {
        this.key = key;
    }

    /** @return the key of the quota in the metadata */
    String key() {
        return key;
    }
}
