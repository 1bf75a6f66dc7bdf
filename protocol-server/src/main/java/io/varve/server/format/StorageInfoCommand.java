// SPDX-License-Identifier: Apache-2.0
package io.varve.server.format;

import io.varve.core.VarveException;
import io.varve.core.directory.DirectoryLock;
import io.varve.server.command.CommandLines;
import io.varve.server.config.ServerConfig;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Tells what is in the data directories of a configuration. */
@Command(
        name = "info",
        mixinStandardHelpOptions = true,
        description = "Tells what is in the data directories, while no server runs on them.")
final class StorageInfoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOption config;

    @Override
    public Integer call() throws Exception {
        return StorageCommand.guarded(spec, this::describe);
    }

    private int describe() {
        ServerConfig server = config.read();
        List<Path> directories =
                server.storage().directories().stream().sorted().toList();
        List<Path> found = directories.stream().filter(Files::isDirectory).toList();
        List<String> problems = new ArrayList<>();
        for (Path directory : directories) {
            problem(directory).ifPresent(problems::add);
        }
        PrintWriter out = spec.commandLine().getOut();
        section(out, "Found log director" + (found.size() == 1 ? "y:" : "ies:"), found);
        if (problems.isEmpty()) {
            owner(server, problems)
                    .ifPresent(owner -> out.println("Found metadata: {cluster.id=" + owner.clusterId() + ", node.id="
                            + owner.nodeId() + ", storage.backend="
                            + server.storage().backend() + "}\n"));
        }
        section(out, "Found problem" + (problems.size() == 1 ? ":" : "s:"), problems);
        return problems.isEmpty() ? StorageCommand.DONE : StorageCommand.FAILED;
    }

    private static void section(PrintWriter out, String heading, List<?> lines) {
        if (!lines.isEmpty()) {
            out.println(heading);
            lines.forEach(line -> out.println("  " + line));
            out.println();
        }
    }

    /** A directory that was never locked holds no storage, and must not become one because somebody asked. */
    private static Optional<String> problem(Path directory) {
        if (!Files.exists(directory)) {
            return Optional.of(directory + " does not exist");
        }
        if (!Files.isDirectory(directory)) {
            return Optional.of(directory + " is not a directory");
        }
        return Files.exists(directory.resolve(DirectoryLock.NAME))
                ? Optional.empty()
                : Optional.of(directory + " is not formatted.");
    }

    /** Adds to the problems when it is nobody's. */
    private static Optional<ConfiguredStorage.Owner> owner(ServerConfig server, List<String> problems) {
        try (ConfiguredStorage storage = ConfiguredStorage.open(server)) {
            Optional<ConfiguredStorage.Owner> owner = storage.owner();
            if (owner.isEmpty()) {
                server.storage().directories().stream()
                        .sorted()
                        .forEach(directory -> problems.add(directory + " is not formatted."));
            }
            return owner;
        } catch (VarveException e) {
            problems.add(CommandLines.line(e));
            return Optional.empty();
        }
    }
}
