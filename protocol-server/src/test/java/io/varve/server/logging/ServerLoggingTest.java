// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.ConsoleAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which configuration the server's log has. */
class ServerLoggingTest {
    private static final String FILE = "<configuration><root level=\"ERROR\"/></configuration>";

    private final ServerLogging logging = new ServerLogging();
    private final String before = System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY);

    @TempDir
    private Path directory;

    @AfterEach
    void restore() {
        ((LoggerContext) logging.getLoggerFactory()).stop();
        set(before);
    }

    private static void set(String value) {
        if (value == null) {
            System.clearProperty(ClassicConstants.CONFIG_FILE_PROPERTY);
        } else {
            System.setProperty(ClassicConstants.CONFIG_FILE_PROPERTY, value);
        }
    }

    private Logger root(String value) {
        set(value);
        logging.initialize();
        return ((LoggerContext) logging.getLoggerFactory()).getLogger(Logger.ROOT_LOGGER_NAME);
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    @Test
    void aFileIsNamedByItsPath() throws Exception {
        assertThat(root(file("with a blank, 100% sound.xml", FILE).toString()).getLevel())
                .isEqualTo(Level.ERROR);
    }

    @Test
    void aFileIsNamedByItsUrl() throws Exception {
        assertThat(root(file("log.xml", FILE).toUri().toString()).getLevel()).isEqualTo(Level.ERROR);
    }

    @Test
    void withoutAFileEverythingGoesToTheConsole() {
        Logger root = root(directory.resolve("none.xml").toString());
        assertThat(root.iteratorForAppenders().next()).isInstanceOf(ConsoleAppender.class);
    }

    @Test
    void aBrokenFileStopsNothing() throws Exception {
        assertThat(root(file("broken.xml", "<configuration><root").toString()).isErrorEnabled())
                .isTrue();
    }
}
