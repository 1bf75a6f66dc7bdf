// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Keeps the last warnings and errors of the log, for people who cannot read the log. Keeps none where the
 * logging back end is not Logback. Thread-safe.
 */
public final class RecentProblems implements AutoCloseable {
    /** Max number of lines that are kept. */
    public static final int MAX = 200;

    private static final int MAX_LENGTH = 2_000;

    /**
     * A line of the log.
     *
     * @param timeMs when it was written, in ms since the epoch
     * @param level WARN or ERROR
     * @param logger simple name of the class that wrote it
     * @param message the line, at most 2,000 characters, without a stack trace
     */
    public record LoggedProblem(long timeMs, String level, String logger, String message) {
        /** Cuts the message. */
        public LoggedProblem {
            message = message.substring(0, Math.min(MAX_LENGTH, message.length()));
        }
    }

    /** Guarded by itself. */
    private final Deque<LoggedProblem> problems = new ArrayDeque<>(MAX);

    private Runnable detach = () -> {};

    private RecentProblems() {}

    /** @return keeps what this process logs from now on, until it is closed */
    public static RecentProblems ofThisProcess() {
        RecentProblems recent = new RecentProblems();
        if (LoggerFactory.getILoggerFactory().getClass().getName().equals(LogLevels.LOGBACK)) {
            recent.detach = LogbackProblems.attach(recent::add);
        }
        return recent;
    }

    void add(LoggedProblem problem) {
        synchronized (problems) {
            if (problems.size() == MAX) {
                problems.removeFirst();
            }
            problems.addLast(problem);
        }
    }

    /** @return what was logged, the newest first */
    public List<LoggedProblem> newestFirst() {
        List<LoggedProblem> copy;
        synchronized (problems) {
            copy = new ArrayList<>(problems);
        }
        Collections.reverse(copy);
        return copy;
    }

    /** Keeps no further lines. */
    @Override
    public void close() {
        detach.run();
    }
}
