// SPDX-License-Identifier: Apache-2.0
package io.varve.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.rig.ChildRun;
import io.varve.conformance.rig.TimedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Runs what is in an installation: with this JVM's runtime, and without anything of the build.
 *
 * @param home the installation
 * @param workingDirectory where its commands are started
 * @param user the words before a command that make another user run it; none for this one
 * @param environment what the commands find in their environment beside a PATH
 */
record Installed(Path home, Path workingDirectory, List<String> user, Map<String, String> environment) {
    private static final Pattern READY = Pattern.compile("Varve is ready on PLAINTEXT://(127\\.0\\.0\\.1:\\d+)");
    private static final String SYSTEM_PYTHON = "/usr/bin/python3";

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** A user who owns nothing; for tests that run as root. */
    static List<String> nobody() {
        return isRoot() ? List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") : List.of();
    }

    /** A server that was started, and where it listens. */
    record Running(TimedProcess process, String address, String said) implements AutoCloseable {
        /** Stops it as an operator does. */
        void stop() throws InterruptedException {
            process.process().destroy();
            assertThat(process.exit()).isZero();
        }

        @Override
        public void close() {
            process.close();
        }
    }

    /** The one file that the build has made with such a name. */
    static Path made(String pattern) throws IOException {
        List<Path> found = new ArrayList<>();
        try (var files = Files.newDirectoryStream(Path.of("target").toAbsolutePath(), pattern)) {
            files.forEach(found::add);
        }
        assertThat(found).as(pattern).hasSize(1);
        return found.get(0);
    }

    /** Unpacks an archive, and returns the installation. */
    static Path unpack(Path archive, Path directory) throws IOException, InterruptedException {
        ChildRun run = ChildRun.of(new ProcessBuilder("tar", "xzf", archive.toString(), "-C", directory.toString()));
        assertThat(run.exit()).as(run.output()).isZero();
        try (Stream<Path> content = Files.list(directory)) {
            return content.toList().get(0);
        }
    }

    /** The command of a script in {@code bin/}. */
    ProcessBuilder command(String script, String... arguments) {
        List<String> words = new ArrayList<>(user);
        words.add(home.resolve("bin").resolve(script).toString());
        words.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(words).directory(workingDirectory.toFile());
        Map<String, String> all = new HashMap<>(environment);
        all.putIfAbsent("PATH", "/usr/bin:/bin");
        all.put("HOME", "/nonexistent");
        builder.environment().clear();
        builder.environment().putAll(all);
        return builder;
    }

    /** Runs a script to its end, which must be good, and returns what it printed. */
    String run(String script, String... arguments) throws IOException, InterruptedException {
        ChildRun run = ChildRun.of(command(script, arguments));
        assertThat(run.exit()).as(run.output()).isZero();
        return run.output();
    }

    /** Starts the server with the configuration as it comes, and waits until it is ready. */
    Running startServer(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                home.resolve("config/server.properties").toString(),
                "--override",
                "listeners=PLAINTEXT://127.0.0.1:0"));
        all.addAll(List.of(arguments));
        ProcessBuilder builder = command("kafka-server-start.sh", all.toArray(String[]::new));
        return await(TimedProcess.start(builder.redirectErrorStream(true), TimedProcess.PATIENCE));
    }

    /** Waits until a server that was started is ready. */
    static Running await(TimedProcess process) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = process.readLine(); line != null; line = process.readLine()) {
            said.append(line).append('\n');
            Matcher ready = READY.matcher(line);
            if (ready.find()) {
                return new Running(process, ready.group(1), said.toString());
            }
        }
        process.close();
        throw new AssertionError("The server did not get ready:\n" + said);
    }

    /** Says hello through a server with kafka-python; skipped where that is not installed, but not in CI. */
    static String hello(String address) throws IOException, InterruptedException {
        boolean missing = !Files.isExecutable(Path.of(SYSTEM_PYTHON))
                || ChildRun.of(new ProcessBuilder(SYSTEM_PYTHON, "-c", "import kafka"))
                                .exit()
                        != 0;
        if (!"true".equals(System.getenv("CI"))) {
            Assumptions.assumeFalse(missing, "python3-kafka is not installed");
        }
        ChildRun run = ChildRun.of(new ProcessBuilder(SYSTEM_PYTHON, "src/test/python/hello.py", address));
        assertThat(run.exit()).as(run.output()).isZero();
        return run.output();
    }
}
