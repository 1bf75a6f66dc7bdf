// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Decompresses blocks on one thread, in a buffer that one input leaves to the next. */
class BlockInputTest {
    private static final int BATCHES = 200;
    private static final int CONTENT = 16_000;
    /** Less than a block's buffer, of 64 KiB for LZ4 and as large as the content for Snappy. */
    private static final int MAX_BYTES_A_BATCH = CONTENT * 3 / 4;

    private static byte[] content(int seed, int length) {
        byte[] content = new byte[length];
        new Random(seed).nextBytes(content);
        Arrays.fill(content, length / 2, length, (byte) seed);
        return content;
    }

    private static ByteBuffer compressed(Codec codec, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = codec.compress(bytes, codec == Codec.LZ4 ? 9 : 0)) {
            out.write(content);
        }
        return ByteBuffer.allocateDirect(bytes.size()).put(bytes.toByteArray()).flip();
    }

    private static InputStream input(Codec codec, ByteBuffer bytes) throws IOException {
        return codec.decompress(bytes.duplicate(), Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @EnumSource(names = {"LZ4", "SNAPPY"})
    void takesNoNewBufferForEachBatch(Codec codec) throws IOException {
        ByteBuffer bytes = compressed(codec, content(1, CONTENT));
        byte[] window = new byte[CONTENT];
        readAll(codec, bytes, window);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        readAll(codec, bytes, window);
        long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        assertThat(allocated / BATCHES).isLessThan(MAX_BYTES_A_BATCH);
    }

    private static void readAll(Codec codec, ByteBuffer bytes, byte[] window) throws IOException {
        for (int i = 0; i < BATCHES; i++) {
            try (InputStream in = input(codec, bytes)) {
                assertReads(in, window);
            }
        }
    }

    private static void assertReads(InputStream in, byte[] window) throws IOException {
        if (in.readNBytes(window, 0, window.length) != window.length) {
            throw new AssertionError("ended early");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LZ4", "SNAPPY"})
    void inputsThatAreOpenAtATimeHaveBuffersOfTheirOwn(Codec codec) throws IOException {
        byte[] first = content(1, 200_000);
        byte[] second = content(2, CONTENT);
        try (InputStream outer = input(codec, compressed(codec, first))) {
            byte[] head = outer.readNBytes(10_000);
            for (int i = 0; i < 3; i++) {
                InputStream inner = input(codec, compressed(codec, second));
                assertThat(inner.readAllBytes()).isEqualTo(second);
                inner.close();
                inner.close(); // leaves nothing twice
            }
            assertThat(head).isEqualTo(Arrays.copyOf(first, head.length));
            assertThat(outer.readAllBytes()).isEqualTo(Arrays.copyOfRange(first, head.length, first.length));
        }
    }
}
