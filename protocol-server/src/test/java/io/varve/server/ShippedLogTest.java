// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.io.File;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests that names chosen by clients, such as group ids, cannot forge lines of the log. */
class ShippedLogTest {
    private static final String FORGED = "2026-01-01 00:00:00.000 ERROR all is lost";

    private final LoggerContext context = new LoggerContext();

    @BeforeEach
    void configure() throws Exception {
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(new File("../config/logback.xml"));
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void aMessageIsOneLineWhateverIsInIt() {
        for (String end : new String[] {"\n", "\r\n", "\r", "\u0085", "\u2028", "\u2029", "\u000b", "\f"}) {
            String written = written("group a" + end + FORGED + " joined", null);

            assertThat(written.lines()).as("after %x", (int) end.charAt(0)).hasSize(1);
            assertThat(written).contains("group a?").contains("joined  [Some]");
        }
    }

    @Test
    void aMessageCannotMoveTheCursorOrTurnTheTextAround() {
        assertThat(written("group \u001b[2Ja\u202eb", null)).contains("group ?[2Ja?b");
    }

    @Test
    void whatIsNotEnglishIsReadable() {
        assertThat(written("group grün 日本 😀 \"a\"", null)).contains("group grün 日本 😀 \"a\"");
    }

    @Test
    void aMessageHasAnEnd() {
        assertThat(written("x".repeat(30_000), null)).hasSizeLessThan(2_200);
    }

    @Test
    void aStackTraceKeepsItsLinesAndGetsNoOthers() {
        Throwable cause = new IllegalStateException("group b\n" + FORGED);
        String written = written("it failed", new IllegalArgumentException("group a\r\n" + FORGED, cause));

        assertThat(written.lines().filter(line -> line.startsWith("2026-01-01")))
                .isEmpty();
        assertThat(written)
                .contains("it failed  [Some]")
                .contains("\njava.lang.IllegalArgumentException: group a")
                .contains("\nCaused by: java.lang.IllegalStateException: group b")
                .contains("\n\tat io.varve.server.ShippedLogTest");
    }

    private String written(String message, Throwable thrown) {
        Logger logger = context.getLogger("some.Some");
        ConsoleAppender<ILoggingEvent> console = (ConsoleAppender<ILoggingEvent>)
                context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender("console-text");
        Encoder<ILoggingEvent> encoder = console.getEncoder();
        byte[] bytes = encoder.encode(new LoggingEvent("", logger, Level.WARN, message, thrown, null));
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
