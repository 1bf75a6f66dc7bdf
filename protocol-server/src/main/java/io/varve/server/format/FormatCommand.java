// SPDX-License-Identifier: Apache-2.0
package io.varve.server.format;

import io.varve.core.runtime.Ids;
import io.varve.server.config.ConfigError;
import io.varve.server.config.ServerConfig;
import io.varve.server.metadata.credential.NewScramCredential;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.server.common.MetadataVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes the data directories of a configuration, with a cluster's id. */
@Command(
        name = "format",
        mixinStandardHelpOptions = true,
        description = "Makes the data directories, with the id of the cluster.")
final class FormatCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOption config;

    @Option(
            names = {"-t", "--cluster-id"},
            paramLabel = "ID",
            required = true,
            description = "the id of the cluster, as random-uuid makes one")
    private String clusterId;

    @Option(
            names = {"-g", "--ignore-formatted"},
            description = "succeed also if the directories are formatted, with the same id")
    private boolean ignoreFormatted;

    @Option(
            names = {"-S", "--add-scram"},
            paramLabel = "CREDENTIAL",
            description = "a first user, as SCRAM-SHA-256=[name=alice,password=secret]; may be repeated")
    private List<String> scram = new ArrayList<>();

    @Option(
            names = {"-r", "--release-version"},
            paramLabel = "VERSION",
            description = "the metadata.version: no other than the server's")
    private String release;

    @Option(
            names = {"-f", "--feature"},
            paramLabel = "NAME=LEVEL",
            description = "a feature's level: no other than the server's; may be repeated")
    private List<String> features = new ArrayList<>();

    @Option(
            names = {"-s", "--standalone"},
            description = "taken, and without effect: there is one node, and it is its own controller")
    private boolean standalone;

    @Option(
            names = {"-N", "--no-initial-controllers"},
            description = "taken, and without effect")
    private boolean noInitialControllers;

    @Option(
            names = {"-I", "--initial-controllers"},
            paramLabel = "CONTROLLER",
            description = "taken if it is one, and without effect")
    private String initialControllers;

    @Override
    public Integer call() throws Exception {
        return StorageCommand.guarded(spec, this::format);
    }

    private int format() {
        requirePossible();
        List<NewScramCredential> users = FirstUsers.parse(scram, Ids.random());
        ServerConfig server = config.read();
        try (ConfiguredStorage storage = ConfiguredStorage.open(server)) {
            ConfiguredStorage.Owner found = storage.owner().orElse(null);
            if (found == null) {
                storage.format(clusterId, users);
                report(server.storage().directories());
                return StorageCommand.DONE;
            }
            return alreadyFormatted(server, found);
        }
    }

    private void requirePossible() {
        if (clusterId.isBlank()) {
            throw new ConfigError("--cluster-id is empty: take what random-uuid prints");
        }
        if (initialControllers != null && initialControllers.contains(",")) {
            throw new ConfigError("--initial-controllers names several: there is one node here, its own controller");
        }
        FeatureLevels.requireOwn(release, features);
    }

    /** Kafka keeps its metadata in the first directory, and says so. */
    private void report(List<Path> directories) {
        PrintWriter out = spec.commandLine().getOut();
        for (int i = 0; i < directories.size(); i++) {
            out.println("Formatting " + (i == 0 ? "metadata" : "data") + " directory " + directories.get(i)
                    + " with metadata.version " + MetadataVersion.LATEST_PRODUCTION + ".");
        }
    }

    /** Checks in Kafka's order: whose it is comes first. */
    private int alreadyFormatted(ServerConfig server, ConfiguredStorage.Owner found) {
        Path first = server.storage().directories().get(0);
        if (!found.clusterId().equals(clusterId)) {
            throw new ConfigError(
                    "Invalid cluster.id in: " + first + ". Expected " + clusterId + ", but read " + found.clusterId());
        }
        int nodeId = server.metadata().nodeId();
        if (found.nodeId() != nodeId) {
            throw new ConfigError("Stored node id " + found.nodeId() + " doesn't match previous node id " + nodeId
                    + " in " + first + ". If you moved your data, make sure your configured node id matches. If you"
                    + " intend to create a new node, you should remove all data in your data directories.");
        }
        if (!ignoreFormatted) {
            throw new ConfigError("Log directory " + first + " is already formatted."
                    + " Use --ignore-formatted to ignore this directory and format the others.");
        }
        spec.commandLine().getOut().println("All of the log directories are already formatted.");
        return StorageCommand.DONE;
    }
}
