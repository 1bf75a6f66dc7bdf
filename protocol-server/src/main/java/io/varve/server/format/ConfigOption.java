// SPDX-License-Identifier: Apache-2.0
package io.varve.server.format;

import io.varve.server.config.ServerConfig;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Names the configuration whose data directories a command works on: an option of those commands. */
final class ConfigOption {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            required = true,
            description = "the server's configuration, which names the directories (log.dirs)")
    private Path file;

    /** @return the configuration, as {@link ConfiguredStorage#read} checks it */
    ServerConfig read() {
        return ConfiguredStorage.read(file);
    }
}
