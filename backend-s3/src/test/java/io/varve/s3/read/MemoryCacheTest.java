// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.VirtualTime;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MemoryCacheTest {
    private static final int SIZE = 64 << 10;

    private final MemoryCache cache = new MemoryCache(8 * SIZE, Clock.system());
    private final BufferPool pool = new BufferPool(100 * SIZE, Clock.system(), new VirtualTime(0), cache::evictIdle);

    @Test
    void aScanTakesOnlyThePlaceOfItsOwnChunks() {
        add(1);
        cache.read(get(1), 0, 100);
        cache.read(get(1), 0, 100);
        add(2);
        cache.read(get(2), 0, 100);
        for (int i = 10; i < 60; i++) {
            add(i);
            cache.read(get(i), 0, SIZE);
        }
        assertThat(kept()).contains(1, 2);
    }

    @Test
    void aChunkIsNotCountedTwiceForTheReaderThatGoesOnInIt() {
        add(1);
        cache.read(get(1), 0, 100);
        cache.read(get(1), 100, 200);
        IntStream.range(10, 18).forEach(this::add);
        assertThat(kept()).doesNotContain(1);
    }

    @Test
    void chunksOfManyReadersAreAtMostHalf() {
        for (int i = 0; i < 8; i++) {
            add(i);
            cache.read(get(i), 0, 100);
            cache.read(get(i), 0, 100);
        }
        IntStream.range(10, 14).forEach(this::add);
        assertThat(kept()).contains(4, 5, 6, 7, 10, 11, 12, 13);
    }

    @Test
    void memoryIsGivenBackWhenItIsWantedAndOnlyWhatNobodyUses() {
        IntStream.range(0, 4).forEach(this::add);
        DecodedChunk used = cache.get(new ChunkKey(new UUID(1, 0), 0));
        cache.evictIdle(8 * SIZE);
        assertThat(kept()).containsExactly(0);
        assertThat(pool.used()).isEqualTo(SIZE);
        used.release();
        cache.close();
        assertThat(pool.used()).isZero();
    }

    private void add(int number) {
        DecodedChunk chunk = new DecodedChunk(
                new ChunkKey(new UUID(1, 0), number),
                pool.take(List.of(SIZE), TimeUnit.SECONDS.toNanos(9)).get(0),
                pool,
                AheadTicket.NONE);
        cache.put(chunk);
        chunk.release();
    }

    private DecodedChunk get(int number) {
        DecodedChunk chunk = cache.get(new ChunkKey(new UUID(1, 0), number));
        chunk.release();
        return chunk;
    }

    private List<Integer> kept() {
        return IntStream.range(0, 100)
                .filter(i -> cache.contains(new ChunkKey(new UUID(1, 0), i)))
                .boxed()
                .toList();
    }
}
