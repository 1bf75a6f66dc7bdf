// SPDX-License-Identifier: Apache-2.0
package io.varve.build.watch;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.ObjectName;

/** Ends this JVM when something takes too long, and says where every thread of it and of its children is. */
final class JvmEnd {
    /** Exit status of a JVM that was ended here. */
    static final int STUCK = 70;

    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private JvmEnd() {}

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "test-watch");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /** Is told when what is watched has ended. */
    interface Watched {
        void ended();
    }

    /**
     * Ends the JVM after a time, unless what is watched ends before.
     *
     * @param limit from now
     * @param name of what is watched, as the message has it
     * @return to be told when what is watched ends
     */
    static Watched after(Duration limit, String name) {
        ScheduledFuture<?> end = TIMER.schedule(() -> now(name, limit), limit.toMillis(), TimeUnit.MILLISECONDS);
        return () -> end.cancel(false);
    }

    /** Runs a task again and again, for as long as the JVM lives. */
    static void every(Duration period, Runnable task) {
        TIMER.scheduleWithFixedDelay(task, 0, period.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void now(String name, Duration limit) {
        try {
            String what = name + " did not end within " + limit.toSeconds() + " s\n" + threads() + Children.threads();
            // Not System.err: the runner of the tests has replaced it, and may lose what comes this late.
            try (PrintStream err =
                    new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8)) {
                err.println(what);
            }
            Files.writeString(
                    Path.of("target", "stuck-" + ProcessHandle.current().pid() + ".txt"), what);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            Children.kill();
            Runtime.getRuntime().halt(STUCK);
        }
    }

    /** As {@code jstack -l} prints them. */
    private static String threads() {
        try {
            return (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "threadPrint",
                            new Object[] {new String[] {"-l"}},
                            new String[] {String[].class.getName()});
        } catch (JMException e) {
            return "the threads cannot be printed: " + e + "\n";
        }
    }
}
