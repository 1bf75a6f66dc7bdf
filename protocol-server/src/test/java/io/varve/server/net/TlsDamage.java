// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Damages records of TLS, and what they come with. Stateless. */
final class TlsDamage {
    private static final int HEADER_BYTES = 5;
    private static final int LENGTH_INDEX = 3;
    private static final int HANDSHAKE = 22;
    private static final int MAX_INSERTED = 64;
    private static final int[] LENGTHS = {0, 1, 4, 255, 256, 16_384, 16_385, 18_432, 18_433, 32_768, 65_535};

    /** A wish to begin anew, an update of keys, and alerts: what a peer may say in the wrong place. */
    private static final byte[][] OUT_OF_PLACE = {
        {0, 0, 0, 0}, {24, 0, 0, 1, 1}, {24, 0, 0, 1, 0}, {1, 0}, {2, 0}, {1, 100}, {2, 40}, {1}, {}
    };

    private TlsDamage() {}

    /**
     * @param record a sound record
     * @param before the one before it; it may be the same
     * @return what to send in its place; in some cases a peer may
     */
    static byte[] record(byte[] record, byte[] before, Random random) {
        byte[] copy = record.clone();
        ByteBuffer bytes = ByteBuffer.wrap(copy);
        switch (random.nextInt(12)) {
            case 0 -> Damage.bytes(copy, 0, random);
            case 1, 2, 3 -> Damage.bytes(copy, HEADER_BYTES, random);
            case 4 ->
                bytes.putShort(
                        HEADER_BYTES - 1 + random.nextInt(copy.length - HEADER_BYTES), (short) length(copy, random));
            case 5 -> bytes.putShort(LENGTH_INDEX, (short) length(copy, random));
            case 6 -> copy[0] = (byte) (HANDSHAKE - 3 + random.nextInt(7));
            case 7 -> {
                return Arrays.copyOf(record, random.nextInt(record.length));
            }
            case 8 -> {
                return joined(record, record);
            }
            case 9 -> {
                return joined(record, before);
            }
            case 10 -> {
                return inPieces(record, random);
            }
            default -> {
                return joined(inserted(random), record);
            }
        }
        return copy;
    }

    private static int length(byte[] record, Random random) {
        return random.nextBoolean() ? LENGTHS[random.nextInt(LENGTHS.length)] : record.length + random.nextInt(9) - 4;
    }

    private static byte[] inserted(Random random) {
        byte[] body = random.nextBoolean()
                ? OUT_OF_PLACE[random.nextInt(OUT_OF_PLACE.length)]
                : new byte[random.nextInt(MAX_INSERTED)];
        if (random.nextInt(4) == 0) {
            random.nextBytes(body = body.clone());
        }
        return of(HANDSHAKE - 2 + random.nextInt(5), body);
    }

    /** Many small records of one, which handshakes may have. */
    private static byte[] inPieces(byte[] record, Random random) {
        ByteArrayOutputStream pieces = new ByteArrayOutputStream();
        for (int at = HEADER_BYTES; at < record.length; ) {
            int end = Math.min(record.length, at + 1 + random.nextInt(MAX_INSERTED));
            pieces.writeBytes(of(record[0], Arrays.copyOfRange(record, at, end)));
            at = end;
        }
        return pieces.toByteArray();
    }

    private static byte[] of(int type, byte[] body) {
        return ByteBuffer.allocate(HEADER_BYTES + body.length)
                .put((byte) type)
                .putShort((short) 0x0303)
                .putShort((short) body.length)
                .put(body)
                .array();
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
