// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs Kafka's tools in one JVM of their own, by {@link ToolRunner}: for tests of what tools print, of which
 * each start of a JVM would take a second of a core. The scripts themselves have tests of their own.
 */
final class ToolProcess implements AutoCloseable {
    private static final Pattern TOOL = Pattern.compile("(?m)^run_tool\\S* (\\S+) \"\\$@\"$");

    /** Words, of which parts may be in quotes. */
    private static final Pattern WORD = Pattern.compile("(?:[^\\s'\"]++|'[^']*'|\"[^\"]*\")+");

    private static final int SECONDS = 60;

    private final Process process;
    private final DataOutputStream asked;
    private final DataInputStream answers;

    /**
     * What a tool has printed.
     *
     * @param code the exit code
     */
    record Printed(int code, String out, String err) {}

    private ToolProcess(Process process) {
        this.process = process;
        asked = new DataOutputStream(process.getOutputStream());
        answers = new DataInputStream(process.getInputStream());
    }

    static ToolProcess start() {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=" + ChildProcess.HOME.resolve("config/tools-logback.xml"),
                "-cp",
                ChildProcess.HOME.resolve("bin/tools/target/varve-tools.jar") + ":"
                        + Path.of("target/test-classes").toAbsolutePath(),
                ToolRunner.class.getName());
        try {
            return new ToolProcess(new ProcessBuilder(command)
                    .directory(ChildProcess.HOME.toFile())
                    .redirectError(Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs a tool, and waits until it ends.
     *
     * @param script the name of its script, which names its class
     * @param arguments as a shell would be given them
     */
    synchronized Printed run(String script, String arguments) {
        List<String> words = new ArrayList<>(List.of(mainClass(script)));
        Matcher word = WORD.matcher(arguments);
        while (word.find()) {
            words.add(word.group().replaceAll("['\"]", ""));
        }
        CompletableFuture<Printed> printed = CompletableFuture.supplyAsync(() -> ask(words));
        try {
            return printed.get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // Its end ends the read.
            process.destroyForcibly();
            return fail("`%s %s` did not end within %d s".formatted(script, arguments, SECONDS), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Printed ask(List<String> words) {
        try {
            asked.writeInt(words.size());
            for (String each : words) {
                asked.writeUTF(each);
            }
            asked.flush();
            return new Printed(answers.readInt(), text(), text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String text() throws IOException {
        return new String(answers.readNBytes(answers.readInt()), StandardCharsets.UTF_8);
    }

    private static String mainClass(String script) {
        try {
            Matcher tool = TOOL.matcher(
                    Files.readString(ChildProcess.HOME.resolve("bin").resolve(script)));
            assertThat(tool.find()).as(script).isTrue();
            return tool.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
