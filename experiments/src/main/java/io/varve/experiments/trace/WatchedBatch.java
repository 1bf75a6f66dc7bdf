// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import io.varve.core.record.Codec;
import org.apache.kafka.common.record.internal.Record;

/**
 * Describes a batch that was fetched.
 *
 * @param partition which partition it is of
 * @param writtenMs about when it was written, in ms since the epoch
 * @param codec how it is compressed
 * @param storedBytes bytes of its records as they are stored
 * @param stamped true if the broker stamped its records
 * @param records its records
 */
record WatchedBatch(
        int partition, long writtenMs, Codec codec, int storedBytes, boolean stamped, Iterable<Record> records) {}
