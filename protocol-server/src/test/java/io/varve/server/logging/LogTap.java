// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a logger and those below it write, from its creation until it is closed. As an extension of
 * JUnit in a field of a test's instance, it is closed after the test. Threads may log while a test reads:
 * each answer is a copy.
 */
public final class LogTap extends AppenderBase<ILoggingEvent> implements AutoCloseable, AfterEachCallback {
    private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();
    private final Logger logger;
    private final Level before;

    LogTap(Logger logger) {
        this.logger = logger;
        before = logger.getLevel();
        start();
        logger.addAppender(this);
    }

    public static LogTap onAll() {
        return on(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    public static LogTap on(Class<?> logs) {
        return on(logs.getName());
    }

    /** @param logger a logger's name, also one that begins others' */
    public static LogTap on(String logger) {
        return new LogTap((Logger) LoggerFactory.getLogger(logger));
    }

    /**
     * Has the logger write these levels until this is closed: in tests only warnings are written.
     *
     * @return this
     */
    public LogTap from(Level level) {
        logger.setLevel(level);
        return this;
    }

    @Override
    protected void append(ILoggingEvent event) {
        event.prepareForDeferredProcessing(); // what it names may change
        events.add(event);
    }

    /** @return what was logged, in its order */
    public List<ILoggingEvent> events() {
        return List.copyOf(events);
    }

    /** @return the messages of what was logged, in its order */
    public List<String> lines() {
        return lines(Level.TRACE);
    }

    /** @return the messages of what was logged at a level or a more serious one, in its order */
    public List<String> lines(Level level) {
        return events.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(level))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /** Forgets what was logged so far. */
    public void clear() {
        events.clear();
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(before);
        stop();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }
}
