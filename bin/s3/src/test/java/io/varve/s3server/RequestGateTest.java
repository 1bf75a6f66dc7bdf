// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Holds requests back, and copies what a server has meanwhile. */
@Timeout(180)
class RequestGateTest {
    private static final int COPIES = 20;

    private final RequestGate gate = new RequestGate();

    /** Waits until a thread waits for something. */
    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void laterRequestsWaitBeforeTheyBegin() throws InterruptedException {
        AtomicBoolean begun = new AtomicBoolean();
        Thread request = new Thread(() -> {
            gate.enter();
            begun.set(true);
            gate.leave();
        });
        gate.whileShut(() -> {
            request.start();
            awaitWaiting(request);
            assertThat(begun).isFalse();
        });
        request.join();
        assertThat(begun).isTrue();
    }

    @Test
    void requestsThatHaveBegunAreCarriedOutAndAnsweredAfterwards() throws InterruptedException {
        gate.enter();
        AtomicBoolean shut = new AtomicBoolean();
        AtomicBoolean answered = new AtomicBoolean();
        Thread request = new Thread(() -> {
            gate.leave();
            answered.set(true);
        });
        Thread cut = new Thread(() -> gate.whileShut(() -> {
            awaitWaiting(request);
            shut.set(!answered.get());
        }));
        cut.start();
        awaitWaiting(cut);
        assertThat(shut).isFalse();
        request.start();
        cut.join();
        request.join();
        assertThat(shut).as("shut while the answer waited").isTrue();
        assertThat(answered).isTrue();
    }

    @Test
    void opensAgainAfterAFailure() {
        CompletableFuture<Void> failed = new CompletableFuture<>();
        try {
            gate.whileShut(() -> {
                throw new IllegalStateException("on purpose");
            });
        } catch (IllegalStateException e) {
            failed.completeExceptionally(e);
        }
        assertThat(failed).isCompletedExceptionally();
        gate.enter();
        gate.leave();
    }

    /** Two objects are written in turn: in no copy is the second ahead of the first, or two behind. */
    @Test
    void copiesAreOfOneMoment() throws IOException, InterruptedException {
        try (EmbeddedS3 server = EmbeddedS3.inMemory();
                S3Client client = S3Clients.of(server)) {
            AtomicBoolean stop = new AtomicBoolean();
            CompletableFuture<Void> written = new CompletableFuture<>();
            Thread writer = new Thread(() -> writeInTurn(client, stop, written));
            writer.start();
            written.join();
            try {
                for (int i = 0; i < COPIES; i++) {
                    List<Integer> during = new ArrayList<>();
                    server.copy("data/", "copy-" + i + "/", () -> during.add(number(server, "data/second")));
                    int first = number(server, "copy-" + i + "/first");
                    int second = number(server, "copy-" + i + "/second");
                    assertThat(first).isBetween(second, second + 1);
                    assertThat(during).as("what was there meanwhile").containsExactly(second);
                }
            } finally {
                stop.set(true);
                writer.join();
            }
        }
    }

    private static void writeInTurn(S3Client client, AtomicBoolean stop, CompletableFuture<Void> written) {
        for (int n = 1; !stop.get(); n++) {
            put(client, "data/first", n);
            put(client, "data/second", n);
            written.complete(null);
        }
    }

    private static void put(S3Client client, String key, int number) {
        client.putObject(o -> o.bucket(S3Settings.BUCKET).key(key), RequestBody.fromString(Integer.toString(number)));
    }

    private static int number(EmbeddedS3 server, String key) {
        return Integer.parseInt(new String(server.read(key)));
    }
}
