// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.status.NopStatusListener;
import ch.qos.logback.core.util.OptionHelper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Arrays;

/**
 * Configures the log as {@code config/logback.xml} does, if that file is as it was shipped and no setting
 * asks for another appender than its usual one. Logback's reading of the file is a tenth of a start's CPU.
 * {@code ShippedLogFileTest} compares with what Logback makes of it. Not thread-safe.
 */
final class ShippedLogFile {
    /** A copy of the file, made by the build. */
    private static final String COPY = "logback.xml";

    /** The property LINE of the file. */
    private static final String LINE =
            "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %.-2000replace(%msg){'[\\p{C}\\p{Zl}\\p{Zp}]', '?'}"
                    + "  [%logger{0}]%n%.-20000replace(%ex){'\\r|\\n(?!\\t|Caused by: |$)|[\\u0085\\p{Cf}\\p{Zl}\\p{Zp}\\u001b]', '?'}";

    private final LoggerContext context;

    private ShippedLogFile(LoggerContext context) {
        this.context = context;
    }

    /**
     * Configures a log, if the file that is to do so is the shipped one.
     *
     * @param context has no configuration yet
     * @param file exists
     * @return false if Logback has to read the file
     */
    static boolean configure(LoggerContext context, File file) {
        if (isAnythingSet() || !isShipped(file)) {
            return false;
        }
        new ShippedLogFile(context).configure();
        return true;
    }

    /** @return true if a setting of the file, or one of Logback's own, may make a difference */
    private static boolean isAnythingSet() {
        return isSet("VARVE_LOG")
                || isSet("VARVE_LOG_FORMAT")
                || System.getProperties().stringPropertyNames().stream()
                        .anyMatch(name ->
                                name.startsWith("logback.") && !name.equals(ClassicConstants.CONFIG_FILE_PROPERTY));
    }

    private static boolean isSet(String setting) {
        return OptionHelper.getSystemProperty(setting) != null || OptionHelper.getEnv(setting) != null;
    }

    private static boolean isShipped(File file) {
        try (InputStream copy = ShippedLogFile.class.getResourceAsStream(COPY)) {
            return copy != null && Arrays.equals(copy.readAllBytes(), Files.readAllBytes(file.toPath()));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    private void configure() {
        context.getStatusManager().add(new NopStatusListener());
        Appender<ILoggingEvent> throttled = started(new ThrottledAppender(), "throttled");
        level("io.varve", Level.INFO);
        throttle("org.apache.kafka", throttled);
        level("org.apache.kafka.coordinator.group.classic.ClassicGroup", Level.ERROR);
        level("org.apache.kafka.coordinator.share.ShareCoordinatorShard", Level.OFF);
        throttle("io.netty", throttled);
        level(org.slf4j.Logger.ROOT_LOGGER_NAME, Level.INFO).addAppender(console());
    }

    private Logger level(String name, Level level) {
        Logger logger = context.getLogger(name);
        logger.setLevel(level);
        return logger;
    }

    private void throttle(String name, Appender<ILoggingEvent> throttled) {
        Logger logger = level(name, Level.WARN);
        logger.setAdditive(false);
        logger.addAppender(throttled);
    }

    private Appender<ILoggingEvent> console() {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setParent(console);
        encoder.setPattern(LINE);
        encoder.start();
        console.setEncoder(encoder);
        return started(console, "console-text");
    }

    private Appender<ILoggingEvent> started(Appender<ILoggingEvent> appender, String name) {
        appender.setContext(context);
        appender.setName(name);
        appender.start();
        return appender;
    }
}
