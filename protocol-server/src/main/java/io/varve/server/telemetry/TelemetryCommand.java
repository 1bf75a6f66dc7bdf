// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

import io.varve.server.command.ClientAnswer;
import io.varve.server.command.CommandLines;
import io.varve.server.command.LocalServerSettings;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the metrics that clients have pushed: {@code bin/varve-telemetry.sh}. */
@Command(
        name = "varve-telemetry.sh",
        mixinStandardHelpOptions = true,
        versionProvider = CommandLines.Version.class,
        sortOptions = false,
        usageHelpWidth = CommandLines.WIDTH,
        description = {
            "Shows the metrics that each client has pushed last.",
            "kafka-client-metrics.sh says which clients push which metrics, and how often."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:the server refused, or cannot be reached", "2:the command line is wrong"})
public final class TelemetryCommand implements Callable<Integer> {
    @Option(names = "--metric", paramLabel = "PREFIX", description = "only metrics whose names begin so")
    private String prefix = "";

    @Mixin
    private LocalServerSettings client;

    @Spec
    private CommandSpec spec;

    private TelemetryCommand() {}

    /** @param arguments as {@code --help} says */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    /** @return the exit code */
    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        return CommandLines.run(new TelemetryCommand(), out, err, arguments.toArray(String[]::new));
    }

    @Override
    public Integer call() {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, TelemetryResource.NAME);
        try (Admin admin = Admin.create(client.settings())) {
            PrintWriter out = spec.commandLine().getOut();
            ClientAnswer.await(admin.describeConfigs(List.of(resource)).all())
                    .get(resource)
                    .entries()
                    .forEach(entry -> print(entry, out));
            out.flush();
            return 0;
        } catch (KafkaException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return 1;
        }
    }

    private void print(ConfigEntry pushed, PrintWriter out) {
        List<String> lines = pushed.value().lines().toList();
        out.println(pushed.name() + " " + lines.get(0));
        lines.stream().skip(1).filter(line -> line.startsWith(prefix)).forEach(line -> out.println("  " + line));
    }
}
