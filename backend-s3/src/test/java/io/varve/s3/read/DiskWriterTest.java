// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.SystemScheduler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskWriterTest {
    @TempDir
    Path directory;

    @Test
    void writesOnAfterAnError() throws IOException {
        Path cache = directory.resolve("cache");
        Files.createFile(cache); // no directory: the write fails, and its failure meets an error
        AtomicInteger errors = new AtomicInteger();
        DiskCache disk = new DiskCache(cache, ReadRig.MIB, brokenOnce(errors));
        DiskWriter writer = new DiskWriter(disk, ReadRig.MIB);
        try (SystemScheduler scheduler = new SystemScheduler(1)) {
            writer.onQueued(scheduler.agent("writer", writer::writeNext)::wake);
            BufferPool pool = new BufferPool(ReadRig.MIB, Clock.system(), scheduler, bytes -> {});
            writer.offer(chunk(1, pool));
            Await.until("the error", () -> errors.get() == 1);
            Files.delete(cache);
            ChunkKey written = new ChunkKey(new UUID(1, 2), 2);
            DecodedChunk chunk = chunk(2, pool);
            writer.offer(chunk);
            Await.until("the next chunk is written", () -> disk.contains(written));
        } finally {
            writer.close();
        }
        assertThat(errors).hasValue(1);
    }

    private static DecodedChunk chunk(int number, BufferPool pool) {
        ByteBuffer lent = pool.tryTake(List.of(4096)).get(0);
        return new DecodedChunk(new ChunkKey(new UUID(1, 2), number), lent, pool, AheadTicket.NONE);
    }

    private static Clock brokenOnce(AtomicInteger errors) {
        return new Clock() {
            @Override
            public long millis() {
                return Clock.system().millis();
            }

            @Override
            public long nanos() {
                if (errors.getAndIncrement() == 0) {
                    throw new StackOverflowError("injected on purpose");
                }
                return Clock.system().nanos();
            }
        };
    }
}
