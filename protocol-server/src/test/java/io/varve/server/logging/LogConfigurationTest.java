// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.util.FileSize;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what config/logback.xml makes of its settings. */
class LogConfigurationTest {
    private static final String HOSTILE = "from a client: \u001b[31m red \r\n2026-01-01 00:00:00.000 ERROR forged";

    private final LoggerContext context = new LoggerContext();

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        context.stop();
    }

    private Appender<ILoggingEvent> configured(Map<String, String> settings) throws Exception {
        settings.forEach(context::putProperty);
        context.putProperty("LOG_DIR", directory.toString());
        context.setMDCAdapter(new LogbackMDCAdapter());
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(
                Path.of("").toAbsolutePath().resolve("../config/logback.xml").toFile());
        assertThat(context.getStatusManager().getCopyOfStatusList())
                .noneMatch(status -> status.getLevel() == Status.ERROR);
        List<Appender<ILoggingEvent>> appenders = new ArrayList<>();
        context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders().forEachRemaining(appenders::add);
        assertThat(appenders).hasSize(1);
        return appenders.get(0);
    }

    private List<String> lines(String file) throws Exception {
        return Files.readAllLines(directory.resolve(file));
    }

    @Test
    void withoutSettingsItGoesToStandardOutputAndMakesNoFile() throws Exception {
        Appender<ILoggingEvent> appender = configured(Map.of());
        assertThat(appender).isInstanceOf(ConsoleAppender.class);
        assertThat(appender.getName()).isEqualTo("console-text");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aFileIsKeptWithinItsBounds() throws Exception {
        Appender<ILoggingEvent> appender =
                configured(Map.of("VARVE_LOG", "file", "VARVE_LOG_FILE_SIZE", "3MB", "VARVE_LOG_KEEP_DAYS", "5"));
        context.getLogger("io.varve.Test").info(HOSTILE);
        context.getLogger("io.netty.Test").info("not shown");
        assertThat(lines("varve.log"))
                .singleElement()
                .asString()
                .contains(" INFO ")
                .endsWith("[Test]")
                .doesNotContain("\u001b");
        RollingFileAppender<ILoggingEvent> rolling = (RollingFileAppender<ILoggingEvent>) appender;
        SizeAndTimeBasedRollingPolicy<?> policy = (SizeAndTimeBasedRollingPolicy<?>) rolling.getRollingPolicy();
        assertThat(policy.getMaxHistory()).isEqualTo(5);
        assertThat(policy.getFileNamePattern()).endsWith(".%d{yyyy-MM-dd}.%i.log.gz");
        assertThat(policy)
                .extracting("maxFileSize")
                .extracting("size")
                .isEqualTo(FileSize.valueOf("3MB").getSize());
        assertThat(policy)
                .extracting("totalSizeCap")
                .extracting("size")
                .isEqualTo(FileSize.valueOf("2GB").getSize());
    }

    @Test
    void jsonIsAnObjectALine() throws Exception {
        configured(Map.of("VARVE_LOG", "file", "VARVE_LOG_FORMAT", "json"));
        context.getLogger("io.varve.Test").warn("{} of {}", HOSTILE, 2, new IllegalStateException("why"));
        assertThat(lines("varve.json")).hasSize(1);
        JsonNode event = new ObjectMapper().readTree(lines("varve.json").get(0));
        assertThat(event.path("level").asText()).isEqualTo("WARN");
        assertThat(event.path("loggerName").asText()).isEqualTo("io.varve.Test");
        assertThat(event.path("formattedMessage").asText()).isEqualTo(HOSTILE + " of 2");
        assertThat(event.path("throwable").path("message").asText()).isEqualTo("why");
        assertThat(event.path("timestamp").asLong()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"org.apache.kafka.coordinator.group.GroupCoordinatorService", "io.netty.handler.ssl.SslHandler"})
    void aClientCannotFloodTheLogByWhatLibrariesLog(String library) throws Exception {
        configured(Map.of("VARVE_LOG", "file"));
        Logger logger = context.getLogger(library);
        for (int i = 0; i < 1_000; i++) {
            logger.error("Error deleting share group {} due to error {}", "group-" + i, "NON_EMPTY_GROUP");
            context.getLogger("io.varve.Test").info("a line of Varve's own");
        }
        logger.error("Persister initialization failed", new IllegalStateException("damaged"));

        assertThat(lines("varve.log"))
                .filteredOn(line -> line.contains("Error deleting share group"))
                .hasSizeBetween(ThrottledAppender.MAX_LINES, 3 * ThrottledAppender.MAX_LINES); // slower than a period
        assertThat(lines("varve.log"))
                .anyMatch(line -> line.contains("Persister initialization failed"))
                .filteredOn(line -> line.contains("a line of Varve's own"))
                .hasSize(1_000);
    }
}
