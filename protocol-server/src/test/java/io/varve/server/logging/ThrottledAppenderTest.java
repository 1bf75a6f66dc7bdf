// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests which lines get through, by their own time. */
class ThrottledAppenderTest {
    private static final String DELETING = "Error deleting share group {} due to error {}";
    private static final long BEGIN = 1_000_000;

    private final LoggerContext context = new LoggerContext();
    private final LogTap written = new LogTap(context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME));
    private final ThrottledAppender throttled = new ThrottledAppender();

    @BeforeEach
    void start() {
        context.setMDCAdapter(new LogbackMDCAdapter());
        throttled.setContext(context);
        throttled.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private void log(long ms, String message, Throwable thrown, Object... arguments) {
        Logger logger = context.getLogger("org.apache.kafka.coordinator.Some");
        LoggingEvent event = new LoggingEvent(Logger.FQCN, logger, Level.ERROR, message, thrown, arguments);
        event.setTimeStamp(ms);
        throttled.doAppend(event);
    }

    @Test
    void aFloodIsCutAndCounted() {
        for (int i = 0; i < 1_000; i++) {
            log(BEGIN + i, DELETING, null, "group-" + i, "NON_EMPTY_GROUP");
        }
        assertThat(written.lines()).hasSize(ThrottledAppender.MAX_LINES + 1);
        assertThat(written.lines().get(19))
                .isEqualTo("Error deleting share group group-19 due to error NON_EMPTY_GROUP");
        assertThat(written.lines().get(20))
                .isEqualTo("too many lines are like \"" + DELETING.substring(0, 40)
                        + "\": leaving them out for ten seconds");

        log(BEGIN + ThrottledAppender.PERIOD_MS, DELETING, null, "later", "NON_EMPTY_GROUP");
        assertThat(written.lines().subList(21, 23))
                .containsExactly(
                        "left out 980 lines like \"" + DELETING.substring(0, 40) + "\"",
                        "Error deleting share group later due to error NON_EMPTY_GROUP");
        assertThat(written.events().get(21).getLoggerName()).isEqualTo("org.apache.kafka.coordinator.Some");
    }

    @Test
    void aFloodHidesNothingElse() {
        for (int i = 0; i < 1_000; i++) {
            log(BEGIN, DELETING, null, "a", "b");
        }
        log(BEGIN, "Persister initialization failed", null);
        log(BEGIN, DELETING, new IllegalStateException("damaged"), "a", "b");

        assertThat(written.lines().subList(21, 23))
                .containsExactly("Persister initialization failed", "Error deleting share group a due to error b");
    }

    @Test
    void aClockThatIsSetBackSilencesNobody() {
        for (int i = 0; i < 1_000; i++) {
            log(BEGIN, DELETING, null, "a", "b");
        }
        log(BEGIN - 3_600_000, DELETING, null, "after", "b");

        assertThat(written.lines()).last().isEqualTo("Error deleting share group after due to error b");
    }

    @Test
    void messagesThatAreNoConstantsAreBoundedToo() {
        for (int i = 0; i < 100_000; i++) {
            log(BEGIN, "group " + i, null);
        }
        assertThat(written.lines()).hasSize(ThrottledAppender.MAX_KINDS + ThrottledAppender.MAX_LINES + 1);
    }

    @Test
    void namesInTheMessageItselfMakeNoKindsOfTheirOwn() {
        for (int i = 0; i < 1_000; i++) {
            log(BEGIN, "[GroupCoordinator id=1] Error deleting share group " + i + " due to error X", null);
        }
        assertThat(written.lines()).hasSize(ThrottledAppender.MAX_LINES + 1);
    }
}
