// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the command that runs a main class as this process runs: with the same Java, class path, and access
 * to the JDK's internals.
 */
public final class JavaCommand {
    /** Options without which a backend with native code may not work, or warns. */
    private static final List<String> LEAVE =
            List.of("--add-opens=", "--add-exports=", "--enable-native-access=", "--sun-misc-unsafe-memory-access=");

    private JavaCommand() {}

    /**
     * @param subject its class path is added
     * @param options further ones for the JVM
     * @return the command; the main class's arguments can be added
     */
    public static List<String> of(TestedBackend subject, Class<?> main, String... options) {
        StringBuilder classPath = new StringBuilder(System.getProperty("java.class.path"));
        subject.classPath()
                .forEach(entry -> classPath.append(File.pathSeparator).append(entry));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> LEAVE.stream().anyMatch(option::startsWith))
                .forEach(command::add);
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath.toString(), main.getName()));
        return command;
    }
}
