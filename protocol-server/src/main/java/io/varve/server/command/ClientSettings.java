// SPDX-License-Identifier: Apache-2.0
package io.varve.server.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.clients.admin.AdminClientConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Reads the settings of the client by which a command talks to a server; mixed into commands. */
public class ClientSettings {
    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            description = "settings of the client, for instance its time-outs")
    private Path commandConfig;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /**
     * @param bootstrapServer where the server listens, as {@code host:port}
     * @return the settings of the file, if one is named, for that server
     * @throws ParameterException if the file cannot be read
     */
    public Properties forServer(String bootstrapServer) {
        Properties properties = new Properties();
        if (commandConfig != null) {
            try (InputStream in = Files.newInputStream(commandConfig)) {
                properties.load(in);
            } catch (IOException e) {
                throw new ParameterException(
                        command.commandLine(), "--command-config " + commandConfig + " cannot be read: " + e, e);
            }
        }
        properties.setProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServer);
        return properties;
    }
}
