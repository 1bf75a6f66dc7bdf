// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.s3.client.MemoryBucket;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Checks what a read makes of an object of the manifest whose bytes arrive damaged. */
class RepeatedGetTest {
    private static final String KEY = "manifest/1";
    private static final int MAGIC = 0x56415256;

    private final MemoryBucket bucket = new MemoryBucket(Clock.system());
    private final AtomicInteger reads = new AtomicInteger();

    private byte[] sound() {
        ManifestOutput content = new ManifestOutput();
        content.putInt(MAGIC);
        content.putInt(CheckedBytes.VERSION);
        content.putInt(0);
        content.putInt(7);
        ByteBuffer sealed = CheckedBytes.seal(content);
        byte[] bytes = new byte[sealed.remaining()];
        sealed.duplicate().get(bytes);
        return bytes;
    }

    /** The first answers have one byte wrong, always the same one. */
    private void damage(int answers) {
        byte[] sound = sound();
        bucket.hold(KEY, sound);
        bucket.before(request -> {
            byte[] arrives = sound.clone();
            arrives[CheckedBytes.BYTES] ^= reads.incrementAndGet() > answers ? 0 : 1;
            bucket.hold(KEY, arrives);
        });
    }

    @Test
    void readsAgainWhatWasDamagedInTheSameByteTwice() {
        damage(2);
        assertThat(RepeatedGet.read(bucket, KEY, MAGIC)).contains(ByteBuffer.wrap(sound()));
        assertThat(reads).hasValue(3);
    }

    @Test
    void givesWhatComesThreeTimesAlikeToTheCaller() {
        damage(Integer.MAX_VALUE);
        assertThat(RepeatedGet.read(bucket, KEY, MAGIC)).isPresent().get().isNotEqualTo(ByteBuffer.wrap(sound()));
        assertThat(reads).hasValue(3);
    }
}
