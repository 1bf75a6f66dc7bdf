// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Has the running server create a topic that begins with the records of another one, as of a point. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        versionProvider = TierCommand.JarVersion.class,
        usageHelpWidth = TierCommand.WIDTH,
        customSynopsis =
                "varve-tier.sh restore --bootstrap-server HOST:PORT --topic TOPIC (--to-offset N | --to-time TIME)"
                        + " --as NEW [OPTION]...",
        description = {
            "Creates a topic with what the bucket has of another one up to a point. Nothing is copied: both topics name the"
                    + " same objects. The new topic keeps its records (retention.ms and retention.bytes are -1) unless"
                    + " --topic-config says otherwise. The point must be in the bucket already."
        })
final class TierRestore implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--bootstrap-server",
            paramLabel = "HOST:PORT",
            required = true,
            description = "where the server listens")
    private String bootstrapServer;

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            description = "settings of the client, for instance its security")
    private Path commandConfig;

    @Option(names = "--topic", paramLabel = "TOPIC", required = true, description = "the topic to restore")
    private String topic;

    @ArgGroup(multiplicity = "1")
    private Point point;

    @Option(names = "--as", paramLabel = "NEW", required = true, description = "name of the new topic")
    private String name;

    @Option(
            names = "--topic-config",
            paramLabel = "KEY=VALUE",
            description = "a setting of the new topic; may be repeated")
    private Map<String, String> configs = new TreeMap<>();

    /** Where the copy ends: one of the two. */
    static final class Point {
        @Option(
                names = "--to-offset",
                paramLabel = "N",
                required = true,
                converter = Offset.class,
                description =
                        "ends each partition before the first batch that reaches this offset; one that ends below is"
                                + " copied whole")
        private Long offset;

        @Option(
                names = "--to-time",
                paramLabel = "TIME",
                required = true,
                converter = Time.class,
                description =
                        "ends each partition before the first batch with a record of this time or later: ms since the"
                                + " epoch, or as 2026-11-29T01:02:03Z")
        private Long time;

        String text() {
            return offset != null ? "offset:" + offset : "time:" + time;
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        RestoredTopic restored = new RestoredTopic(topic, point.text(), name, configs);
        try (Admin admin = Admin.create(clientSettings())) {
            int partitions = admin.describeTopics(List.of(topic))
                    .topicNameValues()
                    .get(topic)
                    .get()
                    .partitions()
                    .size();
            admin.createTopics(List.of(restored.create(partitions))).all().get();
            spec.commandLine()
                    .getOut()
                    .println("created " + name + ": " + partitions + " partitions of " + topic + " up to "
                            + point.text());
            return 0;
        } catch (ExecutionException | KafkaException e) {
            Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
            spec.commandLine().getErr().println(topic + " was not restored as " + name + ": " + cause.getMessage());
            return TierCommand.DAMAGED;
        }
    }

    private Properties clientSettings() {
        Properties properties = new Properties();
        if (commandConfig != null) {
            try (InputStream in = Files.newInputStream(commandConfig)) {
                properties.load(in);
            } catch (IOException e) {
                throw new ParameterException(
                        spec.commandLine(), "--command-config " + commandConfig + " cannot be read: " + e, e);
            }
        }
        properties.setProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServer);
        return properties;
    }

    /** Converts an offset, 0 or more. */
    static final class Offset implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            if (!text.matches("\\d{1,18}")) {
                throw new TypeConversionException("'" + text + "' is not an offset, 0 or more");
            }
            return Long.valueOf(text);
        }
    }

    /** Converts a time to ms since the epoch. */
    static final class Time implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return text.matches("\\d{1,18}")
                        ? Long.valueOf(text)
                        : Instant.parse(text).toEpochMilli();
            } catch (DateTimeParseException e) {
                throw new TypeConversionException(
                        "'" + text + "' is not a time: ms since the epoch, or as 2026-11-29T01:02:03Z");
            }
        }
    }
}
