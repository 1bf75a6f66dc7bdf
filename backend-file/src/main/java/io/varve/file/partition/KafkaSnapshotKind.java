// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.record.Crc32c;
import io.varve.file.disk.FileNames;
import java.nio.ByteBuffer;

/**
 * A kind of snapshot for which Kafka has a file. Bytes in Kafka's format are stored in such a file, without a
 * footer; other bytes of the kind are stored as any snapshot.
 */
public enum KafkaSnapshotKind {
    /** Producer state: int16 version 1, then uint32 CRC-32C of all that follows it. */
    PRODUCER("producer", FileNames.KAFKA_SNAPSHOT) {
        @Override
        boolean isInKafkaFormat(ByteBuffer bytes) {
            int at = bytes.position();
            return bytes.remaining() >= HEADER
                    && bytes.getShort(at) == 1
                    && bytes.getInt(at + Short.BYTES) == Crc32c.of(bytes, at + HEADER, bytes.remaining() - HEADER);
        }
    },
    /**
     * Aborted transactions: entries of int16 version 0 and four int64, of which the third, the marker's
     * offset, ascends. There is no checksum: a reader must check the entries by the log.
     */
    TRANSACTION_INDEX("txnindex", FileNames.TRANSACTION_INDEX) {
        @Override
        boolean isInKafkaFormat(ByteBuffer bytes) {
            boolean sound = bytes.hasRemaining() && bytes.remaining() % ENTRY == 0;
            long above = -1;
            for (int at = bytes.position(); sound && at < bytes.limit(); at += ENTRY) {
                long marker = bytes.getLong(at + MARKER_AT);
                sound = bytes.getShort(at) == 0 && marker > above;
                above = marker;
            }
            return sound;
        }
    };

    private static final int HEADER = Short.BYTES + Integer.BYTES;
    private static final int ENTRY = Short.BYTES + 4 * Long.BYTES;
    private static final int MARKER_AT = Short.BYTES + 2 * Long.BYTES;

    private final String name;
    private final String suffix;

    KafkaSnapshotKind(String name, String suffix) {
        this.name = name;
        this.suffix = suffix;
    }

    /** @return the kind of a snapshot's name, or null when Kafka has no file for it */
    static KafkaSnapshotKind ofName(String name) {
        for (KafkaSnapshotKind kind : values()) {
            if (kind.name.equals(name)) {
                return kind;
            }
        }
        return null;
    }

    /** @return the kind of a file's name, or null */
    public static KafkaSnapshotKind ofFile(String file) {
        for (KafkaSnapshotKind kind : values()) {
            if (file.endsWith(kind.suffix)) {
                return kind;
            }
        }
        return null;
    }

    String suffix() {
        return suffix;
    }

    /** @return the name under which blobs of the kind are written */
    String snapshotName() {
        return name;
    }

    /** @return the kind whose files end with exactly this after the offset, or null */
    static KafkaSnapshotKind ofSuffix(String rest) {
        for (KafkaSnapshotKind kind : values()) {
            if (kind.suffix.equals(rest)) {
                return kind;
            }
        }
        return null;
    }

    /**
     * @return whether the bytes from position to limit are in Kafka's format; a format without a checksum
     *     hides some damage
     */
    abstract boolean isInKafkaFormat(ByteBuffer bytes);
}
