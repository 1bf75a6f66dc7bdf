// SPDX-License-Identifier: Apache-2.0
package io.varve.server.clients;

import io.varve.server.command.ClientAnswer;
import io.varve.server.command.CommandLines;
import io.varve.server.command.LocalServerSettings;
import io.varve.server.command.TextTable;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidTopicException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the connected clients of a server: {@code bin/varve-clients.sh}. */
@Command(
        name = "varve-clients.sh",
        mixinStandardHelpOptions = true,
        versionProvider = CommandLines.Version.class,
        sortOptions = false,
        usageHelpWidth = CommandLines.WIDTH,
        description = {
            "Lists who is connected to a server, and what of theirs Kafka 4 would refuse: versions of requests that it has"
                    + " given up, and with them the message formats before Kafka 0.11."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:the server refused, or cannot be reached", "2:the command line is wrong"})
public final class ClientsCommand implements Callable<Integer> {
    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final ConfigResource CLIENTS = new ConfigResource(ConfigResource.Type.TOPIC, ClientsResource.NAME);

    @Option(names = "--refused-by-kafka-4", description = "only clients of which Kafka 4 would refuse something")
    private boolean refusedOnly;

    @Option(names = "--versions", description = "also the versions used of each API")
    private boolean withVersions;

    @Mixin
    private LocalServerSettings client;

    @Spec
    private CommandSpec spec;

    private ClientsCommand() {}

    /** @param arguments as {@code --help} says */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    /** @return the exit code */
    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        return CommandLines.run(new ClientsCommand(), out, err, arguments.toArray(String[]::new));
    }

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try (Admin admin = Admin.create(client.settings())) {
            Config answer = ClientAnswer.await(
                    admin.describeConfigs(List.of(CLIENTS)).values().get(CLIENTS));
            ConfigEntry list = answer.get(ClientsResource.KEY);
            if (list == null || list.value() == null) {
                err.println("The server does not tell who is connected.");
                return REFUSED;
            }
            lines(ClientsResource.read(list.value())).forEach(spec.commandLine().getOut()::println);
            return DONE;
        } catch (InvalidTopicException e) {
            err.println("The server does not tell who is connected: " + e.getMessage());
        } catch (KafkaException | IllegalArgumentException e) {
            err.println(e.getMessage());
        }
        return REFUSED;
    }

    private List<String> lines(List<ClientUse> clients) {
        List<List<String>> rows = new ArrayList<>();
        List<String> heading = new ArrayList<>(List.of("ADDRESS", "CLIENT-ID", "SOFTWARE", "REFUSED BY KAFKA 4"));
        if (withVersions) {
            heading.add("VERSIONS");
        }
        rows.add(heading);
        clients.stream()
                .filter(each -> !refusedOnly || !each.refusedByKafka4().isEmpty())
                .sorted(Comparator.comparing(ClientUse::clientId).thenComparing(ClientUse::address))
                .forEach(each -> rows.add(row(each)));
        return TextTable.lines(rows, Set.of());
    }

    private List<String> row(ClientUse each) {
        String refused = String.join(", ", each.refusedByKafka4());
        List<String> row = new ArrayList<>(List.of(
                each.address(), orDash(printable(each.clientId())), printable(each.software()), orDash(refused)));
        if (withVersions) {
            row.add(each.versions().entrySet().stream()
                    .map(used -> used.getKey().name + " " + used.getValue())
                    .collect(Collectors.joining(", ")));
        }
        return row;
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    /** Clients name themselves: what would move the cursor or end the line is shown as a question mark. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
