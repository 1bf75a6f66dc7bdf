// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compares what the scripts of Kafka Connect and MirrorMaker print, and how they end, with what Kafka's do:
 * those look at nothing but the number of arguments, and become a program.
 */
@OnlyOnFiles(because = "no broker is asked")
class ConnectScriptsIT {
    private static final String PROGRAMS = "org.apache.kafka.connect.";

    /** Where people who call it by a pipe or in a script look for it: not among errors. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connect-standalone | connect-standalone.properties [connector1.properties connector2.json ...]",
                "connect-distributed | connect-distributed.properties",
                "connect-mirror-maker | mm2.properties",
                "kafka-server-start | config/server.properties [--override key=value]..."
            })
    void withoutArgumentsTheirUsageIsPrinted(String name, String arguments) {
        String script = "bin/" + name + ".sh";
        try (ChildProcess running = ChildProcess.start(script)) {
            assertThat(running.exitWithin(Duration.ofSeconds(60))).isEqualTo(1);
            assertThat(running.out()).isEqualTo("USAGE: " + script + " [-daemon] " + arguments + "\n");
            assertThat(running.err()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "connect-standalone, cli.ConnectStandalone",
        "connect-distributed, cli.ConnectDistributed",
        "connect-mirror-maker, mirror.MirrorMaker"
    })
    void withHelpAndWithoutTheirFileTheyDoAsTheirPrograms(String script, String program) {
        for (String arguments : List.of("--help", "/no/such.properties")) {
            same(script, PROGRAMS + program, "connect-logback.xml", arguments);
        }
    }

    @Test
    void pathsOfPluginsAreAskedForAlike() {
        for (String arguments : List.of("", "--help", "list", "list --worker-config /no/such.properties", "other")) {
            same("connect-plugin-path", "org.apache.kafka.tools.ConnectPluginPath", "tools-logback.xml", arguments);
        }
    }

    private static void same(String script, String program, String logConfig, String arguments) {
        List<String> words = arguments.isEmpty() ? List.of() : List.of(arguments.split(" "));
        List<String> ours = new ArrayList<>(List.of("bin/" + script + ".sh"));
        ours.addAll(words);
        List<String> kafkas = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=config/" + logConfig,
                "-cp",
                "bin/connect/target/lib/*",
                program));
        kafkas.addAll(words);
        ToolComparison.assertSame(script + " " + arguments, printed(kafkas), printed(ours), ToolComparison.NOTHING);
    }

    private static ToolProcess.Printed printed(List<String> command) {
        Map<String, String> sameJava = Map.of("JAVA_HOME", System.getProperty("java.home"));
        try (ChildProcess running = ChildProcess.start(sameJava, command.toArray(String[]::new))) {
            return ToolComparison.ended(running);
        }
    }
}
