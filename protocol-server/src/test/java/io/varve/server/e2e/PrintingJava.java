// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes Javas that print the arguments they are given, one a line, in place of running a program. */
final class PrintingJava {
    private PrintingJava() {}

    /**
     * @param home where it is made, unless it is there already
     * @param major the version it says that it has; no server has an archive of classes for it
     */
    static Path at(Path home, int major) throws IOException {
        Path java = home.resolve("bin/java");
        if (Files.notExists(java)) {
            Files.createDirectories(java.getParent());
            Files.writeString(
                    home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + major + ".0.0-printing\"\n");
            Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
            assertThat(java.toFile().setExecutable(true)).isTrue();
        }
        return home;
    }
}
