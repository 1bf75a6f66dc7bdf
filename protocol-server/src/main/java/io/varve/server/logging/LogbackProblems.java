// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.varve.server.logging.RecentProblems.LoggedProblem;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** Passes on what Logback logs at WARN and above. Thread-safe. */
final class LogbackProblems extends AppenderBase<ILoggingEvent> {
    private final Consumer<LoggedProblem> sink;

    private LogbackProblems(Consumer<LoggedProblem> sink) {
        this.sink = sink;
    }

    /** @return ends it */
    static Runnable attach(Consumer<LoggedProblem> sink) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        LogbackProblems appender = new LogbackProblems(sink);
        appender.setContext(context);
        appender.start();
        root.addAppender(appender);
        return () -> {
            root.detachAppender(appender);
            appender.stop();
        };
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
            String name = event.getLoggerName();
            sink.accept(new LoggedProblem(
                    event.getTimeStamp(),
                    event.getLevel().toString(),
                    name.substring(name.lastIndexOf('.') + 1),
                    String.valueOf(event.getFormattedMessage())));
        }
    }
}
