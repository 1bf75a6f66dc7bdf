// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.runtime.Scheduler;
import io.varve.s3.client.RequestFailure.Meaning;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets writers race to create one object, each by a single request. In virtual time they follow each other.
 * For one thread.
 */
final class CreationRace {
    static final int WRITERS = 16;
    /** Writers have no work left when they are ended. */
    private static final long END_MS = 10_000;

    private final ObjectRequests requests;
    private final Scheduler scheduler;
    private final String key;
    private final long maxMs;
    private final AtomicInteger waiting = new AtomicInteger(WRITERS);
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final AtomicInteger racing = new AtomicInteger(WRITERS);
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final List<String> winners = new ArrayList<>();
    private String lastFailure = "";
    private RuntimeException refusal;

    CreationRace(ObjectRequests requests, Scheduler scheduler, String key, long maxMs) {
        this.requests = requests;
        this.scheduler = scheduler;
        this.key = key;
        this.maxMs = maxMs;
    }

    /**
     * Returns when all have finished.
     *
     * @throws ObjectStoreException if a writer failed in a way that does not pass
     */
    void run() {
        List<Scheduler.Agent> writers = new ArrayList<>();
        try {
            for (int writer = 0; writer < WRITERS; writer++) {
                writers.add(scheduler.worker("s3-probe-" + writer, new Writer(key + " by writer " + writer)));
            }
            scheduler.await(done, Scheduler.AgentStep.UNTIL_WOKEN);
        } finally {
            ready.complete(null); // if the machine has no thread for one of them
            writers.forEach(writer -> writer.close(END_MS));
        }
        synchronized (this) {
            if (refusal != null) {
                throw refusal;
            }
        }
    }

    /** Sends its request in its first step, and has no other work. */
    private final class Writer implements Scheduler.AgentStep {
        private final String content;
        private boolean wrote;

        Writer(String content) {
            this.content = content;
        }

        @Override
        public long run() {
            if (!wrote) {
                wrote = true;
                write(content);
            }
            return UNTIL_WOKEN;
        }
    }

    private void write(String content) {
        awaitOthers();
        try {
            RequestCall call =
                    requests.call(RequestKind.PUT, "PUT if absent of " + key).within(maxMs);
            UploadBody body = UploadBody.of(
                    ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)),
                    requests.connection().checksum());
            try {
                requests.putIfAbsentOnce(call, key, body);
                win(content);
            } catch (RequestFailure e) {
                lose(call, e);
            }
        } catch (RuntimeException e) {
            refuse(e);
        } finally {
            if (racing.decrementAndGet() == 0) {
                done.complete(null);
            }
        }
    }

    private void awaitOthers() {
        if (waiting.decrementAndGet() == 0) {
            ready.complete(null);
        }
        scheduler.await(ready, Scheduler.AgentStep.UNTIL_WOKEN);
    }

    private synchronized void win(String content) {
        winners.add(content);
    }

    private synchronized void lose(RequestCall call, RequestFailure failure) {
        lastFailure = failure.getMessage();
        if (!failure.isTransient() && failure.meaning() != Meaning.EXISTS) {
            refuse(call.report(failure));
        }
    }

    private synchronized void refuse(RuntimeException reason) {
        if (refusal == null) {
            refusal = reason;
        }
    }

    String key() {
        return key;
    }

    /** @return what those sent that were told that they created the object */
    synchronized List<String> winners() {
        return List.copyOf(winners);
    }

    synchronized String lastFailure() {
        return lastFailure;
    }
}
