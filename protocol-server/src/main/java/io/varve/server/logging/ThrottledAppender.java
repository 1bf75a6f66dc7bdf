// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Passes lines on to the appenders of the root logger, at most 20 of a kind in ten seconds, and says how many
 * were left out. For loggers of libraries that write a line for what a client asks, named in
 * {@code config/logback.xml} with {@code additivity="false"}; not for the root logger. Lines are of one kind
 * if their logger, the begin of their message, and the class of their exception are the same: most loggers of
 * Kafka put the arguments into the message themselves. So a flood hides nothing but its like. Thread-safe.
 */
public final class ThrottledAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    /** Max lines of a kind in a period. */
    static final int MAX_LINES = 20;

    /** Length of a period, in ms of the lines' own time. */
    static final long PERIOD_MS = 10_000;

    /** Max number of kinds in a period, for messages that are no constants; all further ones count as one. */
    static final int MAX_KINDS = 100;

    /** Characters of a message that are compared: Kafka's prefix of a logger and a few words after it. */
    private static final int BEGIN = 40;

    private record Kind(String logger, String message, String exception) {
        private static final Kind FURTHER = new Kind(ThrottledAppender.class.getName(), "further kinds of lines", "");

        static Kind of(ILoggingEvent event) {
            return new Kind(
                    event.getLoggerName(),
                    begin(String.valueOf(event.getMessage())),
                    event.getThrowableProxy() == null
                            ? ""
                            : event.getThrowableProxy().getClassName());
        }
    }

    private static String begin(String message) {
        return message.substring(0, Math.min(BEGIN, message.length()));
    }

    /** Lines of each kind in this period. Guarded by itself, as is the period. */
    private final Map<Kind, Long> lines = new HashMap<>();

    private long begunMs;

    @Override
    protected void append(ILoggingEvent event) {
        List<ILoggingEvent> written = new ArrayList<>(1);
        synchronized (lines) {
            long since = event.getTimeStamp() - begunMs;
            if (since < 0 || since >= PERIOD_MS) { // a clock that was set back begins anew
                begunMs = event.getTimeStamp();
                lines.forEach((kind, count) -> addOmitted(kind, count, written));
                lines.clear();
            }
            Kind kind = Kind.of(event);
            if (lines.size() >= MAX_KINDS && !lines.containsKey(kind)) {
                kind = Kind.FURTHER;
            }
            long count = lines.merge(kind, 1L, Long::sum);
            if (count <= MAX_LINES) {
                written.add(event);
            } else if (count == MAX_LINES + 1) {
                written.add(
                        notice(kind, "too many lines are like \"{}\": leaving them out for ten seconds", kind.message));
            }
        }
        Logger root = context().getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        written.forEach(root::callAppenders);
    }

    private void addOmitted(Kind kind, long count, List<ILoggingEvent> written) {
        if (count > MAX_LINES) {
            written.add(notice(kind, "left out {} lines like \"{}\"", count - MAX_LINES, kind.message));
        }
    }

    private LoggingEvent notice(Kind kind, String message, Object... arguments) {
        Logger logger = context().getLogger(kind.logger);
        return new LoggingEvent(Logger.FQCN, logger, Level.WARN, message, null, arguments);
    }

    private LoggerContext context() {
        return (LoggerContext) getContext();
    }
}
