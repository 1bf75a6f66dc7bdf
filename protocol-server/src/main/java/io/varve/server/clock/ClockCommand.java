// SPDX-License-Identifier: Apache-2.0
package io.varve.server.clock;

import io.varve.server.command.CommandLines;
import io.varve.server.command.LocalServerSettings;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows and moves the time of a server with {@code clock=virtual}: {@code bin/varve-clock.sh}. */
@Command(
        name = "varve-clock.sh",
        mixinStandardHelpOptions = true,
        versionProvider = CommandLines.Version.class,
        usageHelpWidth = CommandLines.WIDTH,
        customSynopsis = "varve-clock.sh COMMAND [SPAN] [OPTION]...",
        description = {
            "Shows and moves the time of a server that was started with clock=virtual.",
            "Retention, compaction, segment rolls, time-outs of sessions and transactions happen at once."
        },
        commandListHeading = "%nCommands, each with its own --help:%n",
        subcommands = {ClockCommand.Now.class, ClockCommand.Advance.class},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:the server refused, or cannot be reached", "2:the command line is wrong"})
public final class ClockCommand {
    private ClockCommand() {}

    /** @param arguments as {@code --help} says */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    /** @return the exit code */
    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        return CommandLines.run(new ClockCommand(), out, err, arguments.toArray(String[]::new));
    }

    /** Connects to a server, works on its clock, and prints its time or its error. */
    @Command(
            mixinStandardHelpOptions = true,
            versionProvider = CommandLines.Version.class,
            sortOptions = false,
            usageHelpWidth = CommandLines.WIDTH)
    private abstract static class Connected implements Callable<Integer> {
        private static final int DONE = 0;
        private static final int REFUSED = 1;

        @Mixin
        private LocalServerSettings client;

        @Spec
        private CommandSpec spec;

        /** @return the server's time afterwards */
        abstract ClockReading run(ClockClient clock);

        @Override
        public final Integer call() {
            try (Admin admin = Admin.create(client.settings())) {
                ClockReading now = run(new ClockClient(admin));
                spec.commandLine().getOut().println(text(now));
                return DONE;
            } catch (InvalidTopicException e) {
                spec.commandLine().getErr().println("The server has no clock that can be moved: " + e.getMessage());
                return REFUSED;
            } catch (KafkaException e) {
                spec.commandLine().getErr().println(e.getMessage());
                return REFUSED;
            }
        }

        private static String text(ClockReading now) {
            return Instant.ofEpochMilli(now.ms()) + " (" + now.aheadMs() + " ms ahead of the machine's clock)";
        }
    }

    @Command(name = "now", description = "Prints the server's time.")
    static final class Now extends Connected {
        @Override
        ClockReading run(ClockClient clock) {
            return clock.read();
        }
    }

    @Command(name = "advance", description = "Moves the server's time ahead, and returns when what became due is done.")
    static final class Advance extends Connected {
        @Parameters(
                paramLabel = "SPAN",
                converter = TimeSpan.class,
                description = "how far: numbers with ms, s, m, h, d, w or y, for instance 7d or 1d12h")
        private Long ms;

        @Override
        ClockReading run(ClockClient clock) {
            return clock.advance(ms);
        }
    }
}
