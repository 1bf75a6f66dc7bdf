// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.read.ListAppender;
import io.varve.build.watch.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
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
        Logger root = begin(value);
        assertThat(root.isErrorEnabled()).as("waits for the configuration").isTrue();
        return root;
    }

    private Logger begin(String value) {
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

    /** Configures nothing before it is told to. */
    public static final class Slow extends ListAppender<ILoggingEvent> {
        static final CountDownLatch BEGUN = new CountDownLatch(1);
        static final CountDownLatch GO_ON = new CountDownLatch(1);

        @Override
        public void start() {
            BEGUN.countDown();
            try {
                GO_ON.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            super.start();
        }
    }

    @Test
    void whatIsLoggedMeanwhileIsLoggedIfTheFileWantsIt() throws Exception {
        Logger root = begin(file(
                        "slow.xml",
                        "<configuration><appender name=\"slow\" class=\"" + Slow.class.getName()
                                + "\"/><logger name=\"wanted\" level=\"DEBUG\"/><root level=\"INFO\"><appender-ref ref=\"slow\"/></root>"
                                + "</configuration>")
                .toString());
        Logger wanted = root.getLoggerContext().getLogger("wanted");
        Logger other = root.getLoggerContext().getLogger("other");
        Slow.BEGUN.await();

        assertThat(other.isDebugEnabled()).as("perhaps").isTrue();
        other.debug("not wanted");
        wanted.debug("{} of {}", "one", "three");
        other.info("two");
        Thread warns = new Thread(() -> other.warn("three", new IllegalStateException("x")), "warns");
        warns.start();
        Await.until("it waits", () -> warns.getState() == Thread.State.TIMED_WAITING);
        Slow.GO_ON.countDown();
        warns.join();

        assertThat(((Slow) root.getAppender("slow")).list)
                .extracting(event -> event.getLevel() + " " + event.getFormattedMessage())
                .containsExactly("DEBUG one of three", "INFO two", "WARN three");
        assertThat(other.isDebugEnabled()).isFalse();
        assertThat(root.getLoggerContext().getTurboFilterList()).isEmpty();
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
