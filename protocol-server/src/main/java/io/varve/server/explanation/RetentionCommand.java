// SPDX-License-Identifier: Apache-2.0
package io.varve.server.explanation;

import io.varve.server.command.CommandLines;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * Explains a topic's retention, tries out other settings, and pins records: {@code bin/varve-retention.sh}.
 */
@Command(
        name = "varve-retention.sh",
        mixinStandardHelpOptions = true,
        versionProvider = CommandLines.Version.class,
        usageHelpWidth = CommandLines.WIDTH,
        customSynopsis = "varve-retention.sh COMMAND --bootstrap-server HOST:PORT --topic TOPIC [OPTION]...",
        description = "Says for every segment of a topic when it will be deleted, why, and what prevents it.",
        commandListHeading = "%nCommands, each with its own --help:%n",
        subcommands = {
            RetentionCommand.Explain.class,
            RetentionCommand.DryRun.class,
            RetentionCommand.PinRecords.class,
            RetentionCommand.Release.class,
            RetentionCommand.ListHolds.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:the server refused, or cannot be reached", "2:the command line is wrong"})
public final class RetentionCommand {
    private RetentionCommand() {}

    /** @param arguments as {@code --help} says */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    /** @return the exit code */
    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        return CommandLines.run(new RetentionCommand(), out, err, arguments.toArray(String[]::new));
    }

    /** Asks for an explanation and prints it. */
    private abstract static class ExplainingCommand extends TopicCommand {
        @Option(
                names = "--partition",
                paramLabel = "N",
                converter = PartitionNumber.class,
                description = "of one partition only")
        private int partition = ExplanationRequest.ALL;

        @Option(names = "--json", description = "prints the answer as the server sends it")
        private boolean json;

        final void explain(RetentionClient client, String topic, Map<String, String> settings, PrintWriter out) {
            String answer = client.askForJson(new ExplanationRequest(topic, partition, settings));
            out.println(json ? answer : ExplanationTable.print(ExplanationJson.read(answer)));
        }
    }

    @Command(name = "explain", description = "Explains retention as the topic is set.")
    static final class Explain extends ExplainingCommand {
        @Override
        void run(RetentionClient client, String topic, PrintWriter out) {
            explain(client, topic, Map.of(), out);
        }
    }

    @Command(
            name = "dry-run",
            description = "Explains retention as it would be if the topic had other settings; changes nothing.")
    static final class DryRun extends ExplainingCommand {
        @Option(
                names = "--config",
                paramLabel = "KEY=VALUE",
                required = true,
                converter = SettingName.class, // converts the keys; values stay as they are
                description = "a setting to try out; an empty VALUE: not set; may be repeated")
        private Map<String, String> settings = new TreeMap<>();

        @Override
        void run(RetentionClient client, String topic, PrintWriter out) {
            explain(client, topic, settings, out);
        }
    }

    /** Converts the name of a setting, which must not be empty. */
    private static final class SettingName implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (text.isEmpty()) {
                throw new TypeConversionException("before '=' there must be the name of a setting");
            }
            return text;
        }
    }

    /** The ranges to pin: offsets of one partition or of all, or ranges of several partitions. */
    private static final class Pinned {
        @Option(
                names = "--offsets",
                paramLabel = "FROM-[TO]",
                required = true,
                description =
                        "pins those offsets (TO exclusive; without it, all from FROM on): of --partition, or of every one")
        private String offsets;

        @Option(
                names = "--ranges",
                paramLabel = "PARTITION:FROM-[TO],...",
                required = true,
                description = "the same for several ranges; PARTITION may be *")
        private String ranges;
    }

    @Command(
            name = "hold",
            description = "Pins records until they are released; replaces a hold of that name.",
            customSynopsis = {
                "varve-retention.sh hold --name NAME --offsets FROM-[TO] [--partition N] [OPTION]...",
                "       varve-retention.sh hold --name NAME --ranges PARTITION:FROM-[TO],... [OPTION]..."
            })
    static final class PinRecords extends TopicCommand {
        @Option(names = "--name", paramLabel = "NAME", required = true, description = "the hold's name")
        private String name;

        @Option(
                names = "--partition",
                paramLabel = "N",
                converter = PartitionNumber.class,
                description = "pins --offsets of one partition only")
        private Integer partition;

        @ArgGroup(multiplicity = "1")
        private Pinned pinned;

        @Override
        void run(RetentionClient client, String topic, PrintWriter out) {
            String partitions = partition == null ? "*" : partition.toString();
            client.hold(topic, name, pinned.ranges != null ? pinned.ranges : partitions + ":" + pinned.offsets);
        }
    }

    @Command(name = "release", description = "Ends a hold.")
    static final class Release extends TopicCommand {
        @Option(names = "--name", paramLabel = "NAME", required = true, description = "the hold's name")
        private String name;

        @Override
        void run(RetentionClient client, String topic, PrintWriter out) {
            if (!client.holds(topic).containsKey(name)) {
                throw new IllegalArgumentException("Topic " + topic + " has no hold " + name + ".");
            }
            client.release(topic, name);
        }
    }

    @Command(name = "holds", description = "Lists the holds and what they pin.")
    static final class ListHolds extends TopicCommand {
        @Override
        void run(RetentionClient client, String topic, PrintWriter out) {
            client.holds(topic).forEach((name, ranges) -> out.println(name + " " + ranges));
        }
    }
}
