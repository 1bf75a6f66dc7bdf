// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import io.varve.core.spi.PartitionId;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes and reads the keys of segment objects: {@code data/HH/TOPIC-ID/PARTITION/BASE-OBJECT.seg}. Two hex
 * digits of a hash spread the partitions over the bucket's prefixes, since S3 bounds the requests for one
 * prefix. Stateless.
 */
public final class SegmentKey {
    /** Prefix of all keys of segment objects. */
    public static final String PREFIX = "data/";

    private static final Pattern KEY = Pattern.compile(
            "data/[0-9a-f]{2}/[0-9a-f-]{36}/\\d{1,10}/\\d{20}-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.seg");

    private SegmentKey() {}

    /**
     * @param partition whose segment it is
     * @param baseOffset its first offset, 0 or more
     * @param object id of the object
     * @return the object's key
     */
    public static String of(PartitionId partition, long baseOffset, UUID object) {
        int hash = (partition.topicId().hashCode() * 31 + partition.partition()) * 0x9E3779B1 >>> 24;
        return String.format(
                Locale.ROOT,
                "data/%02x/%s/%d/%020d-%s.seg",
                hash,
                partition.topicId(),
                partition.partition(),
                baseOffset,
                object);
    }

    /**
     * @param key any key
     * @return id of the object; empty if the key is not one of a segment object
     */
    public static Optional<UUID> object(String key) {
        Matcher matcher = KEY.matcher(key);
        return matcher.matches() ? Optional.of(UUID.fromString(matcher.group(1))) : Optional.empty();
    }
}
