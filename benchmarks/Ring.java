// SPDX-License-Identifier: Apache-2.0

import com.sun.management.OperatingSystemMXBean;
import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;

/**
 * Compares two ways to make a group commit durable: forces of each segment, and one write to a ring of
 * zero-written blocks, with the segments forced at checkpoints only; the numbers behind docs/decisions/0005.
 *
 * <pre>java benchmarks/Ring.java DIR [FILES BYTES ROUNDS]...</pre>
 *
 * Each round appends BYTES to each of FILES through the page cache and makes all of it durable. The costs of
 * checkpoints, one for every 32 MiB of ring, and of the last one are included. Prints ms per round: median,
 * p99, mean; CPU seconds for 1e9 appended bytes, of this process and of the whole machine; the bytes that this
 * process had the disk write for each appended byte, and the writes that the device saw for each round, of
 * whichever program.
 */
public final class Ring {
    private static final long RING = 64 << 20;
    private static final long CHECKPOINT = 32 << 20;
    private static final int BLOCK = 4096;
    private static final int THREADS = 32;
    private static final int FRAME_HEADER = 48;
    private static final int ENTRY_HEADER = 64;

    private final Path directory;
    private final int files;
    private final int bytes;
    private final int rounds;
    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final List<FileChannel> segments = new ArrayList<>();
    private final ByteBuffer records;

    private Ring(Path directory, int files, int bytes, int rounds) {
        this.directory = directory;
        this.files = files;
        this.bytes = bytes;
        this.rounds = rounds;
        this.records = ByteBuffer.allocateDirect(bytes);
        for (int i = 0; i < bytes; i++) {
            records.put(i, (byte) (i * 31));
        }
    }

    public static void main(String[] args) throws Exception {
        int[] works = args.length > 1
                ? Arrays.stream(args).skip(1).mapToInt(Integer::parseInt).toArray()
                : new int[] {
                    1, 16 << 10, 6000, 1, 80 << 10, 3000, 8, 16 << 10, 1500, 100, 1024, 1500, 1000, 1024, 200, 1,
                    1 << 20, 300
                };
        for (int i = 0; i < works.length; i += 3) {
            System.out.printf("%d x %d bytes, %d rounds%n", works[i], works[i + 1], works[i + 2]);
            for (Way way : Way.values()) {
                Path directory = Files.createTempDirectory(Path.of(args[0]), "ring");
                new Ring(directory, works[i], works[i + 1], works[i + 2]).run(way);
                for (Path left : Files.list(directory).toList()) {
                    Files.delete(left);
                }
                Files.delete(directory);
            }
        }
    }

    /** How a round is made durable. */
    private enum Way {
        SEGMENTS,
        RING_FORCE,
        RING_DSYNC
    }

    private void run(Way way) throws Exception {
        for (int i = 0; i < files; i++) {
            segments.add(FileChannel.open(
                    directory.resolve("f" + i), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        }
        forceSegments();
        try (FileChannel ring = way == Way.SEGMENTS ? null : ring(way)) {
            double[] took = new double[rounds];
            Spent before = Spent.now(directory);
            long used = 0;
            long since = 0;
            ByteBuffer frame = aligned(frameBytes());
            for (int round = 0; round < rounds; round++) {
                for (FileChannel segment : segments) {
                    segment.write(records.duplicate(), (long) round * bytes);
                }
                long from = System.nanoTime();
                if (way == Way.SEGMENTS) {
                    forceSegments();
                } else {
                    fill(frame.clear());
                    if (used + frame.limit() > RING) {
                        used = 0;
                    }
                    ring.write(frame, used);
                    if (way == Way.RING_FORCE) {
                        ring.force(false);
                    }
                    used += frame.limit();
                    since += frame.limit();
                    if (since >= CHECKPOINT || round == rounds - 1) {
                        forceSegments();
                        since = 0;
                    }
                }
                took[round] = (System.nanoTime() - from) / 1e6;
            }
            report(way.toString(), took, before);
        }
        pool.shutdown();
        for (FileChannel segment : segments) {
            segment.close();
        }
    }

    private int frameBytes() {
        int content = FRAME_HEADER + files * (ENTRY_HEADER + bytes);
        return (content + BLOCK - 1) / BLOCK * BLOCK;
    }

    private static ByteBuffer aligned(int size) {
        return ByteBuffer.allocateDirect(size + BLOCK).alignedSlice(BLOCK).limit(size).slice().alignedSlice(BLOCK);
    }

    private FileChannel ring(Way way) throws IOException {
        Path path = directory.resolve("ring");
        try (FileChannel zeros = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer some = ByteBuffer.allocateDirect(1 << 20);
            for (long at = 0; at < RING; at += some.capacity()) {
                zeros.write(some.clear(), at);
            }
            zeros.force(true);
        }
        return way == Way.RING_FORCE
                ? FileChannel.open(path, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT)
                : FileChannel.open(path, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT, StandardOpenOption.DSYNC);
    }

    private void fill(ByteBuffer frame) {
        frame.position(FRAME_HEADER);
        for (int i = 0; i < files; i++) {
            frame.position(frame.position() + ENTRY_HEADER);
            frame.put(records.duplicate());
        }
        CRC32C crc = new CRC32C();
        crc.update(frame.duplicate().flip().position(FRAME_HEADER));
        frame.putInt(0, (int) crc.getValue());
        frame.clear();
    }

    private void forceSegments() throws Exception {
        int helpers = Math.min(THREADS - 1, files / 2);
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < helpers; t++) {
            running.add(pool.submit(() -> {
                forceFrom(next);
                return null;
            }));
        }
        forceFrom(next);
        for (Future<?> one : running) {
            one.get();
        }
    }

    private void forceFrom(AtomicInteger next) throws IOException {
        for (int i = next.getAndIncrement(); i < files; i = next.getAndIncrement()) {
            segments.get(i).force(false);
        }
    }

    /**
     * What has been spent so far.
     *
     * @param cpu seconds of this process on a core
     * @param machine seconds of all programs and the kernel on all cores
     * @param written bytes that this process had the disk write
     * @param writes writes that the device has finished
     */
    private record Spent(double cpu, double machine, long written, long writes) {
        static Spent now(Path directory) throws IOException {
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            String[] stat = Files.readAllLines(Path.of("/proc/stat")).get(0).split(" +");
            long ticks = 0;
            for (int i : new int[] {1, 2, 3, 6, 7}) { // user, nice, system, irq, softirq
                ticks += Long.parseLong(stat[i]);
            }
            long written = Files.readAllLines(Path.of("/proc/self/io")).stream()
                    .filter(line -> line.startsWith("write_bytes: "))
                    .mapToLong(line -> Long.parseLong(line.substring("write_bytes: ".length())))
                    .sum();
            return new Spent(system.getProcessCpuTime() / 1e9, ticks / 100.0, written, writes(directory));
        }

        private static long writes(Path directory) throws IOException {
            FileStore store = Files.getFileStore(directory);
            String device = store.name().substring(store.name().lastIndexOf('/') + 1);
            return Files.readAllLines(Path.of("/proc/diskstats")).stream()
                    .map(line -> line.trim().split(" +"))
                    .filter(line -> line[2].equals(device))
                    .mapToLong(line -> Long.parseLong(line[7]))
                    .sum();
        }
    }

    private void report(String name, double[] took, Spent before) throws IOException {
        Spent after = Spent.now(directory);
        double appended = (double) rounds * bytes * files;
        double mean = Arrays.stream(took).average().orElse(0);
        Arrays.sort(took);
        System.out.printf(
                Locale.ROOT,
                "  %-10s median %7.3f  p99 %7.2f  mean %7.3f  CPU s/GB %6.2f  machine %6.2f  written %5.2f  writes/round"
                        + " %7.1f%n",
                name.toLowerCase(Locale.ROOT),
                took[took.length / 2],
                took[(int) (took.length * 0.99)],
                mean,
                (after.cpu - before.cpu) / (appended / 1e9),
                (after.machine - before.machine) / (appended / 1e9),
                (after.written - before.written) / appended,
                (after.writes - before.writes) / (double) rounds);
    }
}
