// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.nio.ByteBuffer;

/**
 * Names the outcome of a transaction in a control record, whose key is {@code version int16, type int16}.
 * Source: KIP-98.
 */
public enum ControlType {
    /** The transaction was aborted. */
    ABORT(0),
    /** The transaction was committed. */
    COMMIT(1),
    /** Another control record, without effect on a partition's log. */
    UNKNOWN(-1);

    static final int KEY_SIZE = 4;
    private static final short VERSION = 0;

    private final short type;

    ControlType(int type) {
        this.type = (short) type;
    }

    /**
     * @param key a control record's key, or null
     * @throws InvalidBatchException INVALID_RECORD if it is too short or has a negative version
     */
    static ControlType parse(ByteBuffer key) {
        if (key == null || key.remaining() < KEY_SIZE) {
            throw RecordBytes.invalid(
                    "control record key has " + (key == null ? 0 : key.remaining()) + " bytes, needs " + KEY_SIZE);
        }
        short version = key.getShort(key.position());
        if (version < 0) {
            throw RecordBytes.invalid("control record key has version " + version + ", must be 0 or more");
        }
        short type = key.getShort(key.position() + Short.BYTES);
        return type == ABORT.type ? ABORT : type == COMMIT.type ? COMMIT : UNKNOWN;
    }

    ByteBuffer key() {
        return ByteBuffer.allocate(KEY_SIZE).putShort(VERSION).putShort(type).flip();
    }
}
