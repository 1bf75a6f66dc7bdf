// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

/**
 * Holds the rules of a topic for each record of a producer's batch.
 *
 * @param topic names the topic in messages
 * @param partition names the partition in messages
 * @param keyed true if every record needs a key ({@code cleanup.policy=compact})
 * @param createTime true if records keep the producer's timestamps, false if the broker stamps them
 * @param now ms since the epoch
 * @param beforeMaxMs max age of a record, in ms ({@code message.timestamp.before.max.ms})
 * @param afterMaxMs max ms that a record's timestamp may be ahead of now
 *     ({@code message.timestamp.after.max.ms})
 * @param maxRecordBytes max decompressed bytes of a record in a compressed batch
 */
public record RecordRules(
        String topic,
        int partition,
        boolean keyed,
        boolean createTime,
        long now,
        long beforeMaxMs,
        long afterMaxMs,
        int maxRecordBytes) {
    /**
     * Checks a record as Kafka's LogValidator does.
     *
     * @param index the record's number in its batch
     * @param timestamp the record's timestamp, or the one that its batch states for all records, in ms since
     *     the epoch; -1 for none
     * @param hasKey whether the record has a key
     * @param stamped true if the batch's flag of log-append time is set
     * @return the record's fault, or null
     */
    public RecordFault judge(int index, long timestamp, boolean hasKey, boolean stamped) {
        if (keyed && !hasKey) {
            return new RecordFault(
                    index,
                    false,
                    "Compacted topic cannot accept message without key in topic partition " + topic + "-" + partition
                            + ".");
        }
        if (createTime && timestamp != BatchHeader.NO_TIMESTAMP) {
            return isOutOfRange(timestamp) ? new RecordFault(index, true, outOfRange(index, timestamp)) : null;
        }
        return stamped
                ? new RecordFault(
                        index,
                        true,
                        "Invalid timestamp type in message " + index
                                + ". Producer should not set timestamp type to LogAppendTime.")
                : null;
    }

    private boolean isOutOfRange(long timestamp) {
        long age = now - timestamp;
        boolean overflown = timestamp < 0 && age < 0; // the age exceeds a long
        return overflown || age > beforeMaxMs || -age > afterMaxMs;
    }

    private String outOfRange(int index, long timestamp) {
        long oldest = beforeMaxMs > now ? 0 : now - beforeMaxMs;
        long newest = afterMaxMs > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + afterMaxMs;
        return "Timestamp " + timestamp + " of message with offset " + index
                + " is out of range. The timestamp should be within [" + oldest + ", " + newest + "]";
    }
}
