// SPDX-License-Identifier: Apache-2.0
package io.varve.server.format;

import io.varve.core.VarveException;
import io.varve.core.runtime.Ids;
import io.varve.server.command.CommandLines;
import io.varve.server.metadata.log.TopicIds;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.server.common.MetadataVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Makes and inspects data directories by the commands of Kafka's storage tool: {@code bin/kafka-storage.sh}.
 */
@Command(
        name = "kafka-storage.sh",
        mixinStandardHelpOptions = true,
        versionProvider = CommandLines.Version.class,
        usageHelpWidth = CommandLines.WIDTH,
        description = {
            "Makes data directories with an id of the cluster that you choose, and tells what is in them.",
            "A server makes directories that it does not find by itself, with an id of its own: nothing has to be formatted."
        },
        subcommands = {FormatCommand.class, StorageInfoCommand.class},
        exitCodeOnInvalidInput = StorageCommand.FAILED)
public final class StorageCommand implements Runnable {
    static final int DONE = 0;
    static final int FAILED = 1;

    @Spec
    private CommandSpec spec;

    private StorageCommand() {}

    /** @param arguments as {@code --help} says */
    public static void main(String[] arguments) {
        System.exit(CommandLines.run(new StorageCommand(), System.out, System.err, arguments));
    }

    /** Runs a command, and prints the line of a failure that is the user's to mend. */
    static int guarded(CommandSpec spec, Callable<Integer> command) throws Exception {
        try {
            return command.call();
        } catch (VarveException e) {
            spec.commandLine().getErr().println(CommandLines.line(e));
            return FAILED;
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    @Command(name = "random-uuid", mixinStandardHelpOptions = true, description = "Prints a random id.")
    int randomUuid() {
        print(List.of(TopicIds.next(Ids.random()).toString()));
        return DONE;
    }

    @Command(
            name = "version-mapping",
            mixinStandardHelpOptions = true,
            description = "Prints the levels of features that come with a metadata.version.")
    int versionMapping(
            @Option(
                            names = {"-r", "--release-version"},
                            paramLabel = "VERSION",
                            description = "a metadata.version, as 4.1 or 4.1-IV0 (default: the newest)")
                    String release)
            throws Exception {
        String wanted = release == null ? MetadataVersion.LATEST_PRODUCTION.toString() : release;
        return guarded(spec, () -> print(FeatureLevels.comingWith(wanted)));
    }

    @Command(
            name = "feature-dependencies",
            mixinStandardHelpOptions = true,
            description = "Prints which other features a level of a feature needs.")
    int featureDependencies(
            @Option(
                            names = {"-f", "--feature"},
                            paramLabel = "NAME=LEVEL",
                            required = true,
                            description = "a feature and its level; may be repeated")
                    List<String> features)
            throws Exception {
        return guarded(spec, () -> {
            features.forEach(feature -> print(FeatureLevels.neededFor(feature)));
            return DONE;
        });
    }

    private int print(List<String> lines) {
        lines.forEach(spec.commandLine().getOut()::println);
        return DONE;
    }
}
