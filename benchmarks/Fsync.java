// SPDX-License-Identifier: Apache-2.0

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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

/**
 * What a group commit over many files costs, by strategy; the numbers behind docs/decisions/0005. Prints ms
 * per commit: median, p99, mean; and of this process the CPU seconds for 1e9 appended bytes, and the bytes it
 * had the disk write for each of them. Both include what is written ahead.
 *
 * <pre>java benchmarks/Fsync.java DIR [FILES] [BYTES] [ROUNDS] [noise]</pre>
 *
 * Each round appends BYTES to each of FILES and makes all of it durable. With {@code noise} another thread
 * creates, forces and removes small files meanwhile, as other programs do.
 */
public final class Fsync {
    private static final int ZEROED = 1 << 20;

    private final Path directory;
    private final int files;
    private final int bytes;
    private final int rounds;

    private Fsync(Path directory, int files, int bytes, int rounds) {
        this.directory = directory;
        this.files = files;
        this.bytes = bytes;
        this.rounds = rounds;
    }

    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(args[0]), "fsync");
        int files = args.length > 1 ? Integer.parseInt(args[1]) : 1000;
        int bytes = args.length > 2 ? Integer.parseInt(args[2]) : 1024;
        int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 20;
        boolean noise = args.length > 4;
        System.out.printf("%d files, %d bytes each, %d rounds%s%n", files, bytes, rounds, noise ? ", with noise" : "");
        Thread other = new Thread(() -> disturb(directory));
        other.setDaemon(true);
        if (noise) {
            other.start();
        }
        Fsync bench = new Fsync(directory, files, bytes, rounds);
        int[] threads = files == 1 ? new int[] {1} : new int[] {1, 2, 8, 32, 64};
        for (int n : threads) {
            bench.perFile("growing", n, 0);
        }
        for (int n : threads) {
            bench.perFile("zeroed ahead", n, Math.max(64 << 10, Math.min(ZEROED, bytes * rounds * 2)));
        }
        bench.journal();
        other.interrupt();
        other.join();
        for (Path left : Files.list(directory).toList()) {
            Files.deleteIfExists(left);
        }
        Files.deleteIfExists(directory);
    }

    private static void disturb(Path directory) {
        ByteBuffer some = ByteBuffer.allocateDirect(4096);
        try {
            for (int i = 0; true; i++) {
                Path path = directory.resolve("noise" + i % 64);
                Files.deleteIfExists(path);
                try (FileChannel channel =
                        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    channel.write(some.clear());
                    if (i % 8 == 0) {
                        channel.force(true);
                    }
                }
                Thread.sleep(1);
            }
        } catch (IOException | InterruptedException over) {
            return;
        }
    }

    private void perFile(String name, int threads, int step) throws Exception {
        List<FileChannel> channels = open();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        double[] took = new double[rounds];
        Spent before = Spent.now();
        for (int round = 0; round < rounds; round++) {
            int at = round * bytes;
            if (step > 0 && at % step < bytes) { // its cost is part of the commits it falls into
                long from = System.nanoTime();
                parallel(pool, threads, channels, channel -> {
                    write(channel, at, step);
                    channel.force(false);
                });
                took[round] += (System.nanoTime() - from) / 1e6;
            }
            for (FileChannel channel : channels) {
                write(channel, at, bytes);
            }
            long from = System.nanoTime();
            parallel(pool, threads, channels, channel -> channel.force(false));
            took[round] += (System.nanoTime() - from) / 1e6;
        }
        pool.shutdown();
        close(channels);
        report(name + ", " + threads + " threads", took, before);
    }

    /**
     * One more file takes every append and is forced; the files themselves are written without care and
     * forced every 16 rounds.
     */
    private void journal() throws Exception {
        List<FileChannel> channels = open();
        ExecutorService pool = Executors.newFixedThreadPool(8);
        double[] took = new double[rounds];
        Spent before = Spent.now();
        Path path = directory.resolve("journal");
        try (FileChannel journal = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            write(journal, 0, Math.max(1 << 16, rounds * bytes * files));
            journal.force(true);
            for (int round = 0; round < rounds; round++) {
                for (FileChannel channel : channels) {
                    write(channel, round * bytes, bytes);
                }
                long from = System.nanoTime();
                for (int i = 0; i < files; i++) {
                    write(journal, (round * files + i) * (long) bytes, bytes);
                }
                journal.force(false);
                if (round % 16 == 15) {
                    parallel(pool, 8, channels, channel -> channel.force(false));
                }
                took[round] = (System.nanoTime() - from) / 1e6;
            }
        }
        pool.shutdown();
        close(channels);
        report("shared journal", took, before);
    }

    private interface Action {
        void on(FileChannel channel) throws IOException;
    }

    private static void parallel(ExecutorService pool, int threads, List<FileChannel> channels, Action action)
            throws Exception {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < Math.min(threads, channels.size()); t++) {
            running.add(pool.submit(() -> {
                for (int i = next.getAndIncrement(); i < channels.size(); i = next.getAndIncrement()) {
                    action.on(channels.get(i));
                }
                return null;
            }));
        }
        for (Future<?> one : running) {
            one.get();
        }
    }

    private static void write(FileChannel channel, long at, int bytes) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(Math.min(bytes, 1 << 16));
        for (long position = at; position < at + bytes; ) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), at + bytes - position));
            position += channel.write(zeros, position);
        }
    }

    private List<FileChannel> open() throws IOException {
        List<FileChannel> channels = new ArrayList<>();
        for (int i = 0; i < files; i++) {
            Path path = directory.resolve("f" + i);
            Files.deleteIfExists(path);
            channels.add(FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        }
        for (int i = 0; i < Math.min(files, 4); i++) {
            channels.get(i).force(true); // the names are durable
        }
        return channels;
    }

    private static void close(List<FileChannel> channels) throws IOException {
        for (FileChannel channel : channels) {
            channel.close();
        }
    }

    /**
     * What this process has spent so far.
     *
     * @param cpu seconds on a core
     * @param written bytes that the disk was to write, as Linux counts them; 0 elsewhere
     */
    private record Spent(double cpu, long written) {
        static Spent now() throws IOException {
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            Path io = Path.of("/proc/self/io");
            long written = !Files.exists(io)
                    ? 0
                    : Files.readAllLines(io).stream()
                            .filter(line -> line.startsWith("write_bytes: "))
                            .mapToLong(line -> Long.parseLong(line.substring("write_bytes: ".length())))
                            .sum();
            return new Spent(system.getProcessCpuTime() / 1e9, written);
        }
    }

    private void report(String name, double[] took, Spent before) throws IOException {
        Spent after = Spent.now();
        double appended = (double) rounds * bytes * files;
        double mean = Arrays.stream(took).average().orElse(0);
        Arrays.sort(took);
        System.out.printf(
                Locale.ROOT,
                "%-28s median %8.2f   p99 %8.2f   mean %8.2f   CPU s/GB %6.2f   written %5.2f%n",
                name,
                took[took.length / 2],
                took[(int) (took.length * 0.99)],
                mean,
                (after.cpu - before.cpu) / (appended / 1e9),
                (after.written - before.written) / appended);
    }
}
