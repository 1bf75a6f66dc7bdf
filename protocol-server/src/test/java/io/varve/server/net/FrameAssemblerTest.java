// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.varve.core.runtime.Clock;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameAssemblerTest {
    private static final int MAX = 1 << 20;
    private static final long SEED = 20_260_101;

    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    private static final NetConfig.Requests LIMITS = new NetConfig.Requests(MAX, MAX, 1, 1, 1, MAX);
    private final RequestBudget budget = new RequestBudget(LIMITS, Clock.system());
    private final FrameAssembler frames =
            new FrameAssembler(allocator, LIMITS, budget.partial().share(() -> {}), Clock.system());

    @AfterEach
    void leavesNothing() {
        frames.close();
        assertThat(budget.partialBytes()).isZero();
        assertThat(allocator.pinnedDirectMemory()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 100, 5_000, 65_536, 5_000_000})
    void cutsTheSameFramesHoweverTheBytesArrive(int largestPiece) {
        Random random = new Random(SEED);
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            byte[] body = new byte[random.nextInt(i % 20 == 7 && largestPiece > 50 ? 300_000 : 200)];
            random.nextBytes(body);
            if (body.length > 1) {
                // A produce request, which may be as large as any.
                ByteBuffer.wrap(body).putShort((short) 0);
            }
            sent.add(body);
        }
        sent.add(new byte[0]);
        ByteBuffer wire = ByteBuffer.wrap(
                ProtocolTest.concat(sent.stream().map(RawClient::frame).toArray(byte[][]::new)));
        List<byte[]> received = new ArrayList<>();
        while (wire.hasRemaining()) {
            int length = Math.min(wire.remaining(), 1 + random.nextInt(largestPiece));
            ByteBuf rest = frames.readTarget();
            if (rest == null) {
                rest = allocator.directBuffer(length);
            }
            length = Math.min(length, rest.writableBytes());
            frames.offer(rest.writeBytes(wire.slice(wire.position(), length)));
            wire.position(wire.position() + length);
            if (random.nextInt(3) > 0) {
                take(received);
            }
        }
        take(received);
        assertThat(received).usingElementComparator(java.util.Arrays::compare).containsExactlyElementsOf(sent);
        assertThat(frames.hasUnread()).isFalse();
    }

    private void take(List<byte[]> received) {
        for (ByteBuffer frame = frames.next(Integer.MAX_VALUE); frame != null; frame = frames.next(Integer.MAX_VALUE)) {
            assertThat(frame.isDirect()).isTrue();
            assertThat(frame.isReadOnly()).isFalse();
            byte[] copy = new byte[frame.remaining()];
            frame.get(copy);
            received.add(copy);
            frames.release();
        }
    }

    @Test
    void handsOutAWholeFrameWithoutCopyingIt() {
        ByteBuf read = allocator.directBuffer().writeInt(5).writeBytes(new byte[5]);
        frames.offer(read.retain());
        frames.next(Integer.MAX_VALUE).put(0, (byte) 42);
        assertThat(read.getByte(Integer.BYTES)).isEqualTo((byte) 42);
        frames.release();
        read.release();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1", "POST / HTTP/1.1", "HEAD /x", "PUT /x", "OPTIONS *"})
    void saysThatAClientSpeaksHttp(String line) {
        frames.offer(allocator.directBuffer().writeBytes(line.getBytes(StandardCharsets.US_ASCII)));
        assertThatThrownBy(() -> frames.next(Integer.MAX_VALUE))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("speaks HTTP", "http.listeners");
        frames.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, MAX + 1, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void refusesASizeOutOfRangeBeforeItAllocates(int size) {
        frames.offer(allocator.directBuffer(Integer.BYTES).writeInt(size));
        assertThatThrownBy(() -> frames.next(Integer.MAX_VALUE))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining(size + " bytes; 0 to " + MAX + " are allowed");
        assertThat(budget.partialBytes()).isZero();
    }
}
