// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs {@link S3ServerMain} as a process of its own, on the class path of this one: for measurements, which
 * must not share a heap with the server, and for tests that kill it.
 */
public final class S3Process implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("ready s3\\.endpoint=(\\S+) .*");
    private static final long STOP_SECONDS = 10;

    private final Process process;
    private final URI endpoint;

    private S3Process(Process process, URI endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    /**
     * Starts the server and waits until it is ready.
     *
     * @param directory for the objects
     * @param port 0 for any free one
     * @throws IOException if it ends before it is ready; the message has what it said
     */
    public static S3Process start(Path directory, int port) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-cp",
                        System.getProperty("java.class.path"),
                        S3ServerMain.class.getName(),
                        "--port",
                        Integer.toString(port),
                        "--dir",
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        List<String> lines = new ArrayList<>();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            Matcher ready = READY.matcher(line);
            if (ready.matches()) {
                drain(said);
                return new S3Process(process, URI.create(ready.group(1)));
            }
            lines.add(line);
        }
        throw new IOException("the S3 server ended before it was ready: " + String.join("\n", lines));
    }

    /** Reads on: a server whose output nobody takes stops at its next line, when the pipe is full. */
    private static void drain(BufferedReader said) {
        Thread reader = new Thread(() -> said.lines().forEach(line -> {}), "s3-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** @return for example http://127.0.0.1:9000 */
    public URI endpoint() {
        return endpoint;
    }

    /** Ends the process as kill -9 does. Another one may be started on the directory. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit()
                .completeOnTimeout(process, STOP_SECONDS, TimeUnit.SECONDS)
                .join();
        kill();
    }
}
