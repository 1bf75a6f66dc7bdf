// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Lets writers race for a key: a condition has exactly one winner, in memory and on files. */
class ConditionalWriteTest {
    private static final int WRITERS = 8;
    private static final int ROUNDS = 20;

    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    private EmbeddedS3 server;
    private S3Client client;

    @AfterEach
    void stop() throws IOException {
        threads.shutdownNow();
        client.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlyOneOfSeveralWritersCreatesAKey(boolean onFiles) throws Exception {
        start(onFiles);
        for (int round = 0; round < ROUNDS; round++) {
            String key = "created/" + round;
            List<Optional<Integer>> winners = race(writer -> put(key, writer, "*", null));
            assertThat(winners).as("round %d", round).hasSize(1);
            assertThat(text(key)).isEqualTo("writer " + winners.get(0).orElseThrow());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlyOneOfSeveralWritersReplacesAVersion(boolean onFiles) throws Exception {
        start(onFiles);
        String[] version = {
            client.putObject(r -> r.bucket(server.bucket()).key("replaced"), RequestBody.fromString("first"))
                    .eTag()
        };
        for (int round = 0; round < ROUNDS; round++) {
            List<Optional<Integer>> winners = race(writer -> put("replaced", writer, null, version[0]));
            assertThat(winners).as("round %d", round).hasSize(1);
            assertThat(text("replaced")).isEqualTo("writer " + winners.get(0).orElseThrow());
            // Equal bodies have equal ETags: another body between the rounds, so that no version comes back.
            version[0] = client.putObject(
                            r -> r.bucket(server.bucket()).key("replaced"),
                            RequestBody.fromString("after round "
                                    + server.requests().requests().size()))
                    .eTag();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConditionOnAnAbsentKeyIsNotFound(boolean onFiles) throws Exception {
        start(onFiles);
        assertThatThrownBy(() -> client.putObject(
                        r -> r.bucket(server.bucket()).key("absent").ifMatch("\"00\""), RequestBody.fromString("x")))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(404));
        assertThat(server.keys("")).isEmpty();
    }

    private void start(boolean onFiles) throws IOException {
        server = EmbeddedS3.start(onFiles ? S3Settings.in(directory.resolve("objects")) : S3Settings.inMemory());
        client = S3Clients.of(server);
    }

    private interface Attempt {
        boolean by(int writer);
    }

    private List<Optional<Integer>> race(Attempt attempt) throws Exception {
        CyclicBarrier together = new CyclicBarrier(WRITERS);
        List<Callable<Optional<Integer>>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            int writer = i;
            writers.add(() -> {
                together.await();
                return attempt.by(writer) ? Optional.of(writer) : Optional.empty();
            });
        }
        List<Optional<Integer>> winners = new ArrayList<>();
        for (Future<Optional<Integer>> outcome : threads.invokeAll(writers)) {
            if (outcome.get().isPresent()) {
                winners.add(outcome.get());
            }
        }
        return winners;
    }

    private boolean put(String key, int writer, String ifNoneMatch, String ifMatch) {
        try {
            client.putObject(
                    r -> r.bucket(server.bucket())
                            .key(key)
                            .ifNoneMatch(ifNoneMatch)
                            .ifMatch(ifMatch),
                    RequestBody.fromString("writer " + writer));
            return true;
        } catch (S3Exception e) {
            assertThat(e.statusCode()).isEqualTo(412);
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo("PreconditionFailed");
            return false;
        }
    }

    private String text(String key) {
        return new String(server.read(key), StandardCharsets.UTF_8);
    }
}
