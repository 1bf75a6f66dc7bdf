// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Damages frames and other bytes. Stateless. */
final class Damage {
    private Damage() {}

    /**
     * @param sound a frame with its size
     * @return a copy with one to three flaws: other bytes, extreme numbers, less or more of it, a wrong size
     */
    static byte[] frame(byte[] sound, Random random) {
        byte[] request = sound.clone();
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times; i++) {
            request = once(request, random);
        }
        return request;
    }

    /** @return true if the frame's size is what it says */
    static boolean isFramed(byte[] frame) {
        return ByteBuffer.wrap(frame).getInt() == frame.length - Integer.BYTES;
    }

    /**
     * Changes one to four bytes, each to another.
     *
     * @param from the first that may be changed
     */
    static void bytes(byte[] bytes, int from, Random random) {
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes[from + random.nextInt(bytes.length - from)] ^= (byte) (1 + random.nextInt(255));
        }
    }

    private static byte[] once(byte[] request, Random random) {
        ByteBuffer bytes = ByteBuffer.wrap(request);
        int body = request.length - Integer.BYTES;
        int at = Integer.BYTES + (body > 0 ? random.nextInt(body) : 0);
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                if (at < request.length) {
                    request[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
                }
            }
            case 2 -> {
                if (at < request.length) {
                    request[at] = (byte) random.nextInt();
                }
            }
            case 3 -> {
                // Somewhere, a length or count that is too large, or negative.
                if (at + Integer.BYTES <= request.length) {
                    bytes.putInt(at, extreme(random));
                }
            }
            case 4 -> {
                if (at + Short.BYTES <= request.length) {
                    bytes.putShort(at, (short) extreme(random));
                }
            }
            case 5 -> {
                byte[] cut = Arrays.copyOf(request, at);
                ByteBuffer.wrap(cut).putInt(0, cut.length - Integer.BYTES);
                return cut;
            }
            case 6 -> {
                byte[] longer = Arrays.copyOf(request, request.length + 1 + random.nextInt(100));
                System.arraycopy(request, at, longer, at + longer.length - request.length, request.length - at);
                ByteBuffer.wrap(longer).putInt(0, longer.length - Integer.BYTES);
                return longer;
            }
            default -> bytes.putInt(0, random.nextInt(4) == 0 ? extreme(random) : body + random.nextInt(9) - 4);
        }
        return request;
    }

    private static int extreme(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> Integer.MAX_VALUE;
            case 1 -> Integer.MIN_VALUE;
            case 2 -> -1;
            case 3 -> 1 << random.nextInt(Integer.SIZE);
            case 4 -> 0;
            default -> random.nextInt();
        };
    }
}
