// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Starts the server as a user does. */
class S3ServerMainTest {
    @TempDir
    Path directory;

    @Test
    void servesAsAProcessAndComesBackOnTheSameDirectoryAfterAKill() throws Exception {
        Path objects = directory.resolve("objects");
        try (S3Process first = S3Process.start(objects, 0)) {
            assertThat(statusOf(first)).isEqualTo(403);
            first.kill();
        }
        try (S3Process second = S3Process.start(objects, 0)) {
            assertThat(statusOf(second)).isEqualTo(403);
        }
        assertThat(objects.resolve(S3Settings.BUCKET)).isDirectory();
    }

    @Test
    void saysInOneLineWhyItCannotServe() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "x");
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        S3ServerMain command = new S3ServerMain(new PrintStream(new ByteArrayOutputStream()), new PrintStream(err));
        int exit = new CommandLine(command).execute("--port", "0", "--dir", file.toString());
        assertThat(exit).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains(file.toString());
    }

    /** A request without a signature gets an answer all the same: 403. */
    private static int statusOf(S3Process server) throws Exception {
        HttpURLConnection connection = (HttpURLConnection)
                server.endpoint().resolve("/" + S3Settings.BUCKET).toURL().openConnection();
        return connection.getResponseCode();
    }
}
