// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Reads answers as they come, and tells the correlation id of each whole one. */
final class AnswerIds implements Consumer<ByteBuf> {
    private static final int ID_END = 2 * Integer.BYTES;

    private final IntConsumer answered;

    /** Of the answer under way, the bytes that have come, and its size and id once these are known. */
    private long taken;

    private int size;
    private int id;

    /** @param answered takes the correlation id of each whole answer */
    AnswerIds(IntConsumer answered) {
        this.answered = answered;
    }

    @Override
    public void accept(ByteBuf bytes) {
        while (bytes.isReadable()) {
            take(bytes);
        }
    }

    private void take(ByteBuf bytes) {
        if (taken < ID_END) {
            int value = bytes.readUnsignedByte();
            if (taken < Integer.BYTES) {
                size = size << Byte.SIZE | value;
            } else {
                id = id << Byte.SIZE | value;
            }
            taken++;
        } else {
            int rest = (int) Math.min(bytes.readableBytes(), Integer.BYTES + (long) size - taken);
            bytes.skipBytes(rest);
            taken += rest;
        }
        if (taken == Integer.BYTES + (long) size && taken >= Integer.BYTES) {
            int whole = id;
            taken = 0;
            size = 0;
            id = 0;
            answered.accept(whole);
        }
    }
}
