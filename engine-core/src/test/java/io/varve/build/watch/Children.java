// SPDX-License-Identifier: Apache-2.0
package io.varve.build.watch;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Knows the processes that descend from this JVM, those included whose parent has died meanwhile, and kills
 * them: when the tests are over and should have, and when this JVM is killed. Thread-safe.
 */
final class Children {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    private static final long DUMP_SECONDS = 20;

    /** Kills the processes in the last line of its input when that ends, as it does with this JVM. */
    private static final List<String> REAPER =
            List.of("/bin/sh", "-c", "while read -r line; do last=$line; done; [ -z \"$last\" ] || kill -9 $last");

    /** When tests are over. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Processes, and the test class during which each was seen first. */
    private static final Map<ProcessHandle, String> SEEN = new LinkedHashMap<>();

    private static int running;
    private static String testClass = "";
    private static Process reaper;
    private static String told = "";

    private Children() {}

    /**
     * Says that tests begin; tests may run others.
     *
     * @return to be closed when they are over, with an AssertionError if processes still run; they are killed
     */
    static AutoCloseable begin() {
        begun();
        return () -> end(PATIENCE);
    }

    /** Says which class runs now. */
    static synchronized void during(String name) {
        testClass = name;
    }

    private static synchronized void begun() {
        running++;
        if (reaper == null && Files.isExecutable(Path.of(REAPER.get(0)))) {
            try {
                reaper = new ProcessBuilder(REAPER)
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD)
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            JvmEnd.every(LOOK_EVERY, Children::look);
        }
    }

    /**
     * Says that tests are over.
     *
     * @param patience how long processes may take to end: a killed one takes a moment
     * @throws AssertionError if processes still run; they are killed
     */
    static synchronized void end(Duration patience) {
        if (--running > 0) {
            return;
        }
        look();
        long deadline = System.nanoTime() + patience.toNanos();
        List<String> left = SEEN.entrySet().stream()
                .filter(child -> !ends(child.getKey(), deadline))
                .map(child -> child.getValue() + " left " + described(child.getKey()))
                .toList();
        kill();
        if (!left.isEmpty()) {
            throw new AssertionError("processes were left behind, and are killed: " + String.join("; ", left));
        }
    }

    private static boolean ends(ProcessHandle child, long deadline) {
        try {
            child.onExit().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    /** Looks for descendants, as happens every two seconds. */
    static synchronized void look() {
        ProcessHandle.current()
                .descendants()
                .filter(child -> reaper == null || child.pid() != reaper.pid())
                .forEach(child -> SEEN.putIfAbsent(child, testClass));
        SEEN.keySet().removeIf(child -> !child.isAlive());
        tell(String.join(
                " ",
                SEEN.keySet().stream().map(child -> Long.toString(child.pid())).toList()));
    }

    private static void tell(String pids) {
        if (reaper == null || pids.equals(told)) {
            return;
        }
        try {
            Writer line = reaper.outputWriter();
            line.write(pids + "\n");
            line.flush();
            told = pids;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills every descendant. */
    static synchronized void kill() {
        look();
        SEEN.keySet().forEach(ProcessHandle::destroyForcibly);
    }

    /** @return where the threads of each descendant are that is a JVM, as {@code jstack} prints them */
    static synchronized String threads() {
        look();
        StringBuilder text = new StringBuilder();
        for (ProcessHandle child : List.copyOf(SEEN.keySet())) {
            text.append("\n").append(described(child)).append("\n");
            if (child.info()
                    .command()
                    .filter(command -> command.endsWith("java"))
                    .isPresent()) {
                text.append(threads(child));
            }
        }
        return text.toString();
    }

    private static String threads(ProcessHandle child) {
        try {
            File output = File.createTempFile("varve-jstack", ".txt");
            Process jstack = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jstack")
                                    .toString(),
                            Long.toString(child.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(output)
                    .start();
            boolean ended = jstack.waitFor(DUMP_SECONDS, TimeUnit.SECONDS);
            jstack.destroyForcibly();
            String said = Files.readString(output.toPath());
            Files.delete(output.toPath());
            return ended ? said : said + "jstack did not end\n";
        } catch (IOException e) {
            return "no thread dump: " + e + "\n";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "no thread dump: interrupted\n";
        }
    }

    private static String described(ProcessHandle child) {
        return "process " + child.pid() + " " + child.info().commandLine().orElse("");
    }
}
