// SPDX-License-Identifier: Apache-2.0
package io.varve.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Compares the tier with the bare SDK on the same bytes, in turn: uploads, with the content signed, as the
 * SDK signs it over http, and by default; the time to the first record; reads. Prints a Markdown table of
 * medians. {@code benchmarks/tier.sh} starts it.
 */
public final class RunTierBenchmark {
    private static final int SEGMENT = 64 << 20;
    private static final int UPLOADS_AT_A_TIME = 4;
    private static final int READS_AT_A_TIME = 8;

    /** Fields of /proc/self/task/N/stat behind the thread's name, from 0. */
    private static final int USER_TICKS = 11;

    private static final int SYSTEM_TICKS = 12;
    private static final double TICKS_PER_SECOND = 100;
    private static final long S3_SERVER = Long.getLong("varve.bench.s3.pid");

    private final TierTarget target;
    private final Path directory;
    private final String hot;
    private final int segments;
    /** What was measured, by the name of the row and column. */
    private final Map<String, List<Double>> measured = new TreeMap<>();

    private RunTierBenchmark(TierTarget target, Path directory, String hot, int segments) {
        this.target = target;
        this.directory = directory;
        this.hot = hot;
        this.segments = segments;
    }

    /**
     * @param args endpoint, bucket, access key, secret key, hot backend, number of 64 MiB segments, rounds;
     *     then, for a measurement of the start alone, the number of small segments in the bucket
     * @throws IOException if the directory for the hot backend cannot be made
     */
    public static void main(String[] args) throws IOException {
        TierTarget target = new TierTarget(args[0], args[1], args[2], args[3]);
        Path parent = Path.of(System.getProperty("varve.bench.dir", System.getProperty("java.io.tmpdir")));
        int rounds = Integer.parseInt(args[6]);
        RunTierBenchmark benchmark = new RunTierBenchmark(
                target, Files.createTempDirectory(parent, "varve-tier-"), args[4], Integer.parseInt(args[5]));
        if (args.length > 7) {
            benchmark.start(Integer.parseInt(args[7]), rounds);
            benchmark.print();
            return;
        }
        for (int round = 0; round <= rounds; round++) {
            benchmark.round(round);
            if (round == 0) {
                benchmark.measured.clear(); // it warmed up
            }
        }
        benchmark.print();
    }

    private void round(int round) throws IOException {
        Path data = directory.resolve("data-" + round);
        String bare = "bare-" + directory.getFileName() + "-" + round + "/";
        String prefix = "tier-" + directory.getFileName() + "-" + round;
        long bytes = (long) segments * SEGMENT;
        try (BareTransfers up = new BareTransfers(target, UPLOADS_AT_A_TIME)) {
            ByteBuffer content = random();
            measure("upload, bare SDK", bytes, () -> {
                for (int i = 0; i < segments; i++) {
                    up.upload(bare + i, content);
                }
            });
        }
        uploadSigned(round, bytes);
        try (TieredStore store = new TieredStore(data, target.properties(prefix, hot), SEGMENT)) {
            store.fill(bytes);
            measure("upload, tier", bytes, store::upload);
            store.dropLocal();
        }
        try (BareTransfers down = new BareTransfers(target, READS_AT_A_TIME)) {
            requireWhole(down.bytes(prefix + "/"), bytes);
            measure("first record, bare SDK", 0, () -> down.readFirst(bare));
            measure("read, bare SDK", bytes, () -> down.readAll(bare));
        }
        try (TieredStore store = new TieredStore(data, target.properties(prefix, hot), SEGMENT)) {
            measure("first record, tier", 0, store::readFirst);
            measure("read, tier", bytes, store::readAll);
        }
        remove(data);
    }

    /** The SDK signs what it sends over http; the tier does so to another machine. */
    private void uploadSigned(int round, long bytes) throws IOException {
        Path data = directory.resolve("data-signed-" + round);
        Map<String, String> properties = target.properties("signed-" + directory.getFileName() + "-" + round, hot);
        properties.put("s3.payload.signing", "always");
        try (TieredStore store = new TieredStore(data, properties, SEGMENT)) {
            store.fill(bytes);
            measure("upload, tier, content signed", bytes, store::upload);
        }
        remove(data);
    }

    /** Both sides must move the same bytes: a tier that compresses them moves fewer. */
    private static void requireWhole(long stored, long bytes) {
        if (stored < bytes) {
            throw new IllegalStateException(bytes + " bytes of records take " + stored + " bytes in the bucket");
        }
    }

    /** Opens a storage and its one partition, whose segments are all in the bucket but the active one. */
    private void start(int count, int rounds) throws IOException {
        Path data = directory.resolve("data-start");
        Map<String, String> properties = target.properties("start-" + directory.getFileName(), hot);
        properties.put("s3.upload.threads", "8");
        try (TieredStore store = new TieredStore(data, properties, TieredStore.ONE_BATCH)) {
            store.fill((long) count * TieredStore.ONE_BATCH);
            store.upload();
            store.dropLocal();
        }
        for (int round = 0; round <= rounds; round++) {
            List<TieredStore> opened = new ArrayList<>();
            measure(
                    "start with " + count + " segments",
                    0,
                    () -> opened.add(new TieredStore(data, properties, TieredStore.ONE_BATCH)));
            try (TieredStore store = opened.get(0)) {
                measure("first record then", 0, store::readFirst);
            }
            if (round == 0) {
                measured.clear();
            }
        }
        remove(data);
    }

    private static ByteBuffer random() {
        byte[] content = new byte[SEGMENT];
        new SplittableRandom(7).nextBytes(content);
        return ByteBuffer.wrap(content);
    }

    private void measure(String what, long bytes, Runnable work) {
        double server = cpuSeconds(S3_SERVER);
        double cpu = cpuSeconds(ProcessHandle.current().pid());
        long from = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - from) / 1e9;
        double cpuSeconds = cpuSeconds(ProcessHandle.current().pid()) - cpu;
        add(what, bytes == 0 ? "ms" : "MB/s", bytes == 0 ? seconds * 1e3 : bytes / 1e6 / seconds);
        if (bytes > 0) {
            add(what, "CPU s/GB", cpuSeconds / (bytes / 1e9));
            add(what, "S3 server's CPU s/GB", (cpuSeconds(S3_SERVER) - server) / (bytes / 1e9));
        }
    }

    /** Leaves out the JIT compilers: what they take depends on how long a process runs. */
    private static double cpuSeconds(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
            long ticks = ticks(stat(process));
            for (Path thread : threads) {
                String stat = stat(thread);
                if (stat.contains("(C1 Comp") || stat.contains("(C2 Comp")) {
                    ticks -= ticks(stat);
                }
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long ticks(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
    }

    private static String stat(Path thread) throws IOException {
        try {
            return Files.readString(thread.resolve("stat"));
        } catch (NoSuchFileException e) {
            return ""; // it has ended, and was no compiler
        }
    }

    private void add(String what, String unit, double value) {
        measured.computeIfAbsent(what + " | " + unit, name -> new ArrayList<>()).add(value);
    }

    private void print() {
        System.out.println("| | | median | of |\n|---|---|---:|---|");
        measured.forEach((name, values) -> {
            List<Double> sorted = values.stream().sorted().toList();
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %s |%n",
                    name,
                    sorted.get(sorted.size() / 2),
                    String.join(
                            " ",
                            values.stream()
                                    .map(v -> String.format(Locale.ROOT, "%.2f", v))
                                    .toList()));
        });
    }

    private static void remove(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
