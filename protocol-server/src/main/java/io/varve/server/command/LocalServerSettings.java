// SPDX-License-Identifier: Apache-2.0
package io.varve.server.command;

import java.util.Properties;
import picocli.CommandLine.Option;

/** As {@link ClientSettings}, for commands that talk to the server of this machine unless told otherwise. */
public final class LocalServerSettings extends ClientSettings {
    @Option(
            names = "--bootstrap-server",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:9092",
            description = "where the server listens; ${DEFAULT-VALUE} if not given")
    private String bootstrapServer;

    /**
     * @return the settings of a client of the server
     * @throws picocli.CommandLine.ParameterException if the file of settings cannot be read
     */
    public Properties settings() {
        return forServer(bootstrapServer);
    }
}
