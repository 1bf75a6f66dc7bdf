// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares the command line that each script comes to with that of its twin for Windows, option by option:
 * the script runs with a Java that prints what it is given.
 */
class WindowsTwinsTest {
    /** Start no JVM of ours. */
    private static final Set<String> NO_PROGRAM =
            Set.of("kafka-server-stop", "zookeeper-server-start", "zookeeper-server-stop", "varve-completion");

    /** What the environment may say: nothing, everything, and where the server's JVM can be asked. */
    private static final List<Map<String, String>> ENVIRONMENTS = List.of(
            Map.of(),
            Map.ofEntries(
                    Map.entry("KAFKA_HEAP_OPTS", "-Xmx77m"),
                    Map.entry("KAFKA_JVM_PERFORMANCE_OPTS", "-XX:+UseG1GC -XX:+PrintFlagsFinal"),
                    Map.entry("KAFKA_OPTS", "-Da=b -Dc=d"),
                    Map.entry("CLASSPATH", "more.jar"),
                    Map.entry("JMX_PORT", "9999"),
                    Map.entry("VARVE_STATE", "/tmp"),
                    Map.entry("KAFKA_JMX_OPTS", "-Dcom.sun.management.jmxremote.ssl=true"),
                    Map.entry("VARVE_KIT_LOG", "debug"),
                    Map.entry("VARVE_S3_LOG", "trace"),
                    Map.entry("VARVE_EXPERIMENT_LOG", "info")),
            Map.of("JMX_PORT", "9998"));

    private static final String ARGUMENTS = "first --second third";

    @TempDir
    static Path directory;

    @ParameterizedTest
    @MethodSource
    void comeToTheSameCommand(String script) throws IOException {
        for (Map<String, String> environment : ENVIRONMENTS) {
            compare(script, environment, 17);
        }
        // What a newer Java is given beside that depends on no environment.
        compare(script, ENVIRONMENTS.get(0), 25);
        compare(script, ENVIRONMENTS.get(1), 28);
    }

    private static void compare(String script, Map<String, String> environment, int javaMajor) throws IOException {
        assertThat(BatchFile.command(ChildProcess.HOME, script + ".bat", ARGUMENTS, environment, javaMajor))
                .as(script + " on Java " + javaMajor + " with " + environment)
                .isEqualTo(onUnix(script, environment, javaMajor));
    }

    @ParameterizedTest
    @MethodSource("comeToTheSameCommand")
    void sayTheSameWithoutArguments(String script) throws IOException {
        Optional<String> onUnix;
        try (ChildProcess running = start(script, "", Map.of(), 17)) {
            running.exitWithin(Duration.ofSeconds(60));
            onUnix = running.out()
                    .lines()
                    .filter(line -> line.startsWith("USAGE: "))
                    .map(line -> line.substring(line.indexOf(".sh ") + ".sh ".length()))
                    .map(usage -> usage.replace("[-daemon] ", "").replace('/', '\\')) // no program runs unseen there
                    .findFirst();
        }
        assertThat(BatchFile.usage(ChildProcess.HOME, script + ".bat")).isEqualTo(onUnix);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kafka.tools.GetOffsetShell",
                "kafka.tools.DumpLogSegments --files a",
                "kafka.tools.ConsoleConsumer --topic a",
                "kafka.tools.ConsoleProducer --topic a",
                "kafka.admin.TopicCommand --list",
                "kafka.admin.ConsumerGroupCommand --list",
            })
    void knowTheSameOldNames(String arguments) throws IOException {
        List<String> onUnix;
        try (ChildProcess running = start("kafka-run-class", arguments, Map.of(), 17)) {
            onUnix = running.succeed().lines().toList();
        }
        assertThat(onUnix).anyMatch(word -> word.startsWith("org.apache.kafka.tools."));
        assertThat(BatchFile.command(ChildProcess.HOME, "kafka-run-class.bat", arguments, Map.of(), 17))
                .isEqualTo(onUnix);
    }

    static List<String> comeToTheSameCommand() throws IOException {
        try (Stream<Path> files = Files.list(ChildProcess.HOME.resolve("bin"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".sh"))
                    .map(name -> name.substring(0, name.length() - ".sh".length()))
                    .filter(name -> !NO_PROGRAM.contains(name))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> onUnix(String script, Map<String, String> given, int javaMajor) throws IOException {
        try (ChildProcess running = start(script, ARGUMENTS, given, javaMajor)) {
            return running.succeed().lines().toList();
        }
    }

    private static ChildProcess start(String script, String arguments, Map<String, String> given, int javaMajor)
            throws IOException {
        Map<String, String> environment = new HashMap<>(given);
        environment.put(
                "JAVA_HOME",
                PrintingJava.at(directory.resolve("java-" + javaMajor), javaMajor)
                        .toString());
        environment.putIfAbsent("KAFKA_JVM_PERFORMANCE_OPTS", "");
        return ChildProcess.start(environment, "bash", "-c", "bin/" + script + ".sh " + arguments);
    }
}
