// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.powercut;

import com.sun.nio.file.ExtendedOpenOption;
import io.varve.core.runtime.Scheduler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** Proves on this machine what the rounds rest on; without it their result would say nothing. */
final class SelfCheck {
    private static final int BLOCK = 4096;
    private static final long FAR = 300L << 20;
    private static final int COPIES = 20;
    private static final int LARGE = 1 << 20;

    private final CutDisk disk;
    private final Path image;

    SelfCheck(CutDisk disk) {
        this.disk = disk;
        this.image = disk.image();
    }

    /** @throws IllegalStateException if copies are not what a power cut leaves */
    void run(Scheduler scheduler) {
        copiesAreOneMoment(scheduler);
        disk.renew();
        copiesHaveWhatWasForcedAndNoMore();
    }

    /**
     * Two places far apart on the loop device are written in turn, each write waited for. A copy in which the
     * second is ahead of the first, or more than one behind, is of no single moment.
     */
    private void copiesAreOneMoment(Scheduler scheduler) {
        CutDisk.sparse(image, 2 * FAR);
        String device = MountedImage.attach(image, true);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Exception> failure = new AtomicReference<>();
        Thread writer = scheduler.start("self-check", () -> {
            try {
                writeInTurn(Path.of(device), stop);
            } catch (IOException e) {
                failure.set(e);
            }
        });
        long last = 0;
        try {
            for (int i = 0; i < COPIES; i++) {
                last = requireOneMoment(last);
            }
        } finally {
            stop.set(true);
            join(writer);
            SystemCommand.run("losetup", "--detach", device);
            CutDisk.remove(image);
        }
        if (failure.get() != null || last == 0) {
            throw new IllegalStateException("the self-check could not write to " + device, failure.get());
        }
    }

    private static void writeInTurn(Path device, AtomicBoolean stop) throws IOException {
        try (FileChannel channel = FileChannel.open(device, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT)) {
            ByteBuffer block =
                    ByteBuffer.allocateDirect(2 * BLOCK).alignedSlice(BLOCK).limit(BLOCK);
            for (long n = 1; !stop.get(); n++) {
                block.putLong(0, n);
                channel.write(block.rewind(), 0);
                channel.write(block.rewind(), FAR);
            }
        }
    }

    private long requireOneMoment(long last) {
        Path copy = image.resolveSibling("moment.img");
        CutDisk.reflink(image, copy);
        try (FileChannel channel = FileChannel.open(copy)) {
            ByteBuffer numbers = ByteBuffer.allocate(2 * Long.BYTES).limit(Long.BYTES);
            channel.read(numbers, 0);
            channel.read(numbers.limit(2 * Long.BYTES), FAR);
            long first = numbers.getLong(0);
            long second = numbers.getLong(Long.BYTES);
            if (first != second && first != second + 1 || first < last) {
                throw new IllegalStateException("a reflink copy is not of one moment: it has write " + first
                        + " at the front and " + second + " at the back, the copy before had " + last);
            }
            return first;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            CutDisk.remove(copy);
        }
    }

    private void copiesHaveWhatWasForcedAndNoMore() {
        Path copy = image.resolveSibling("forced.img");
        try {
            write(disk.data().resolve("unforced"), false);
            write(disk.data().resolve("forced"), true);
            CutDisk.reflink(image, copy);
            try (MountedImage cut = disk.mount(copy)) {
                long forced = Files.size(cut.at().resolve("forced"));
                Path unforced = cut.at().resolve("unforced");
                long more = Files.exists(unforced) ? nonZero(unforced) : 0;
                if (forced != LARGE || more > 0) {
                    throw new IllegalStateException("a copy has " + forced + " of " + LARGE
                            + " bytes that were forced, and " + more + " that were not");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            CutDisk.remove(copy);
        }
    }

    private static void write(Path file, boolean force) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocate(LARGE);
            while (bytes.hasRemaining()) {
                bytes.put((byte) 'x');
            }
            channel.write(bytes.flip());
            if (force) {
                channel.force(true);
            }
        }
    }

    private static long nonZero(Path file) throws IOException {
        long found = 0;
        for (byte b : Files.readAllBytes(file)) {
            found += b == 0 ? 0 : 1;
        }
        return found;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
