// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.runtime.Scheduler;
import io.varve.s3.client.RequestFailure.Meaning;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Lets writers race to create one object, each by a single request. For one thread. */
final class CreationRace {
    static final int WRITERS = 16;

    private final ObjectRequests requests;
    private final String key;
    private final long maxMs;
    private final CountDownLatch ready = new CountDownLatch(WRITERS);
    private final CountDownLatch done = new CountDownLatch(WRITERS);
    private final List<String> winners = new ArrayList<>();
    private String lastFailure = "";
    private RuntimeException refusal;

    CreationRace(ObjectRequests requests, String key, long maxMs) {
        this.requests = requests;
        this.key = key;
        this.maxMs = maxMs;
    }

    /**
     * Returns when all have finished.
     *
     * @throws ObjectStoreException if a writer failed in a way that does not pass
     */
    void run(Scheduler scheduler) {
        for (int writer = 0; writer < WRITERS; writer++) {
            String content = key + " by writer " + writer;
            scheduler.start("s3-probe-" + writer, () -> write(content));
        }
        await(done);
        synchronized (this) {
            if (refusal != null) {
                throw refusal;
            }
        }
    }

    private void write(String content) {
        try {
            RequestCall call =
                    requests.call(RequestKind.PUT, "PUT if absent of " + key).within(maxMs);
            UploadBody body = UploadBody.of(
                    ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)),
                    requests.connection().checksum());
            ready.countDown();
            await(ready);
            try {
                requests.putIfAbsentOnce(call, key, body);
                win(content);
            } catch (RequestFailure e) {
                lose(call, e);
            }
        } catch (RuntimeException e) {
            refuse(e);
        } finally {
            done.countDown();
        }
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

    private static void await(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
