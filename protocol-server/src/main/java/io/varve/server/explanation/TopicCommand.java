// SPDX-License-Identifier: Apache-2.0
package io.varve.server.explanation;

import io.varve.server.command.ClientSettings;
import io.varve.server.command.CommandLines;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * Runs a command on one topic of a server: reads the server's address and the topic's name from the command
 * line, connects, and prints the server's errors.
 */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = CommandLines.Version.class,
        sortOptions = false,
        usageHelpWidth = CommandLines.WIDTH)
abstract class TopicCommand implements Callable<Integer> {
    private static final int DONE = 0;
    private static final int REFUSED = 1;

    @Option(
            names = "--bootstrap-server",
            paramLabel = "HOST:PORT",
            required = true,
            description = "where a server listens")
    private String bootstrapServer;

    @Mixin
    private ClientSettings client;

    @Option(names = "--topic", paramLabel = "TOPIC", required = true, description = "the topic's name")
    private String topic;

    @Spec
    private CommandSpec spec;

    /**
     * Does what the command is for.
     *
     * @param topic the topic's name
     * @param out gets what the server answered
     * @throws KafkaException if the server refuses or cannot be reached
     * @throws IllegalArgumentException if the topic has not what the command works on, or the answer is
     *     malformed
     */
    abstract void run(RetentionClient client, String topic, PrintWriter out);

    @Override
    public final Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try (Admin admin = Admin.create(client.forServer(bootstrapServer))) {
            run(new RetentionClient(admin), topic, spec.commandLine().getOut());
            return DONE;
        } catch (InvalidTopicException e) {
            err.println("Either there cannot be such a topic, or the server does not explain its retention: "
                    + e.getMessage());
            return REFUSED;
        } catch (KafkaException | IllegalArgumentException e) {
            err.println(e.getMessage());
            return REFUSED;
        }
    }

    /** Converts a partition's number, 0 or more. */
    static final class PartitionNumber implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (!text.matches("\\d{1,9}")) {
                throw new TypeConversionException("'" + text + "' is not a partition's number");
            }
            return Integer.valueOf(text);
        }
    }
}
