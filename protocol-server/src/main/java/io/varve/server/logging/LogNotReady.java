// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.varve.core.runtime.DaemonThread;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Marker;

/**
 * Lets a log be configured on a thread of its own. Until that has ended, whoever logs a warning or an error
 * waits, and what is logged below is kept: it is logged then, if the configuration wants it. Costs nothing
 * afterwards. Thread-safe.
 */
final class LogNotReady extends TurboFilter {
    /**
     * Max ms to wait. An appender may begin threads of its own, and wait for what they do: what they warn of
     * is lost then.
     */
    private static final long PATIENCE_MS = 10_000;

    /** Holds what was logged and where. */
    private record Kept(Logger logger, Marker marker, LoggingEvent event) {}

    private final CountDownLatch ready = new CountDownLatch(1);
    /** In the order in which it was logged; null once it has been passed on. Guarded by this. */
    private List<Kept> kept = new ArrayList<>();

    private volatile Thread configuring;

    private LogNotReady() {}

    /** Begins to configure a log that nobody has used yet. */
    static void until(LoggerContext context, Runnable configure) {
        LogNotReady filter = new LogNotReady();
        context.addTurboFilter(filter);
        DaemonThread.start("configure-log", () -> filter.run(context, configure));
    }

    private void run(LoggerContext context, Runnable configure) {
        configuring = Thread.currentThread();
        try {
            configure.run();
        } finally {
            passOn();
            context.getTurboFilterList().remove(this);
            ready.countDown();
        }
    }

    private synchronized void passOn() {
        for (Kept each : kept) {
            if (each.logger.isEnabledFor(each.marker, each.event.getLevel())) {
                each.logger.callAppenders(each.event);
            }
        }
        kept = null;
    }

    @Override
    public FilterReply decide(
            Marker marker, Logger logger, Level level, String format, Object[] params, Throwable thrown) {
        if (Thread.currentThread() == configuring) {
            return FilterReply.NEUTRAL;
        }
        if (level.isGreaterOrEqual(Level.WARN)) {
            awaitReady();
            return FilterReply.NEUTRAL;
        }
        if (format == null) {
            return mayBeEnabled();
        }
        return keep(marker, logger, new LoggingEvent(Logger.FQCN, logger, level, format, thrown, params));
    }

    private void awaitReady() {
        try {
            ready.await(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Answers whoever asks whether a level is enabled. */
    private synchronized FilterReply mayBeEnabled() {
        return kept == null ? FilterReply.NEUTRAL : FilterReply.ACCEPT;
    }

    private synchronized FilterReply keep(Marker marker, Logger logger, LoggingEvent event) {
        if (kept == null) {
            return FilterReply.NEUTRAL;
        }
        if (marker != null) {
            event.addMarker(marker);
        }
        event.prepareForDeferredProcessing();
        kept.add(new Kept(logger, marker, event));
        return FilterReply.DENY;
    }
}
