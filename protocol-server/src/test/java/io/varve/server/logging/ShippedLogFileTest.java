// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that the log is configured alike with and without reading the shipped file. */
class ShippedLogFileTest {
    private static final File SHIPPED =
            Path.of("").toAbsolutePath().resolve("../config/logback.xml").toFile();

    private final LoggerContext context = new LoggerContext();
    private final LoggerContext read = new LoggerContext();

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        context.stop();
        read.stop();
    }

    @Test
    void itMakesWhatLogbackMakesOfTheFile() throws Exception {
        assertThat(ShippedLogFile.configure(context, SHIPPED)).isTrue();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(read);
        configurator.doConfigure(SHIPPED);

        assertThat(described(context)).isEqualTo(described(read)).hasSizeGreaterThan(5);
        assertThat(context.getCopyOfPropertyMap()).isEqualTo(read.getCopyOfPropertyMap());
        assertThat(listeners(context)).isEqualTo(listeners(read)).hasSize(1);
    }

    private static List<String> listeners(LoggerContext context) {
        return context.getStatusManager().getCopyOfStatusListenerList().stream()
                .map(listener -> listener.getClass().getName())
                .toList();
    }

    private static List<String> described(LoggerContext context) {
        List<String> lines = new ArrayList<>();
        for (Logger logger : context.getLoggerList()) {
            lines.add(logger.getName() + " " + logger.getLevel() + " " + logger.isAdditive());
            logger.iteratorForAppenders().forEachRemaining(appender -> lines.add(described(appender)));
        }
        return lines;
    }

    private static String described(Appender<ILoggingEvent> appender) {
        String line = appender.getName() + " " + appender.getClass().getName() + " " + appender.isStarted() + " "
                + appender.getCopyOfAttachedFiltersList();
        if (!(appender instanceof ConsoleAppender<ILoggingEvent> console)) {
            return line;
        }
        PatternLayoutEncoder encoder = (PatternLayoutEncoder) console.getEncoder();
        return line + " " + console.getTarget() + " " + console.isWithJansi() + " " + console.isImmediateFlush() + " "
                + encoder.getPattern() + " " + encoder.getCharset() + " " + encoder.isStarted() + " "
                + encoder.isOutputPatternAsHeader();
    }

    @Test
    void aFileThatWasChangedIsRead() throws Exception {
        Path changed = Files.writeString(
                directory.resolve("logback.xml"),
                Files.readString(SHIPPED.toPath()).replace("WARN", "INFO"));

        assertThat(ShippedLogFile.configure(context, changed.toFile())).isFalse();
        assertThat(context.getLoggerList()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"VARVE_LOG, file", "VARVE_LOG_FORMAT, json", "logback.debug, true"})
    void theFileIsReadIfSomethingIsSet(String property, String value) {
        System.setProperty(property, value);
        try {
            assertThat(ShippedLogFile.configure(context, SHIPPED)).isFalse();
        } finally {
            System.clearProperty(property);
        }
    }
}
