// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import static io.varve.s3.client.ObjectStoreContract.assertKind;
import static io.varve.s3.client.ObjectStoreContract.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.runtime.VirtualTime;
import io.varve.s3.client.ObjectStoreException.Kind;
import io.varve.s3.client.ScriptedS3.Asked;
import io.varve.s3.client.ScriptedS3.Reply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Meets stores whose answers are unusual, or wrong. */
class OddStoreTest {
    private final VirtualTime time = new VirtualTime(0);
    private final SystemScheduler scheduler = new SystemScheduler(1);
    private ScriptedS3 server;
    private S3ObjectStore store;

    @AfterEach
    void closeAll() {
        store.close();
        server.close();
        scheduler.close();
    }

    private void script(Function<Asked, Reply> script, String... settings) throws IOException {
        server = new ScriptedS3(script);
        store = S3ObjectStore.open(
                Buckets.settings(server.endpoint(), "odd", "id", "secret", settings),
                time,
                scheduler,
                Ids.seeded(1),
                new VirtualPause(time));
    }

    @Test
    void aFailedConditionMayComeWithStatus200() throws IOException {
        script(asked -> asked.method().equals("PUT") ? Reply.error(200, "PreconditionFailed") : Reply.of(200, "mine"));
        assertThat(store.putIfAbsent("m", bytes("mine"))).isTrue();
        assertThat(store.putIfAbsent("m", bytes("other"))).isFalse();
    }

    @Test
    void aStoreWithoutConditionalWritesIsRefusedAtOnce() throws IOException {
        script(asked -> Reply.error(501, "NotImplemented"));
        assertKind(Kind.REFUSED, () -> store.putIfAbsent("m", bytes("mine")));
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void anExistingKeyThatIsNeverThereIsNotDecided() throws IOException {
        script(asked ->
                asked.method().equals("PUT") ? Reply.error(412, "PreconditionFailed") : Reply.error(404, "NoSuchKey"));
        assertKind(Kind.UNAVAILABLE, () -> store.putIfAbsent("m", bytes("mine")));
    }

    /** Answers a creation with an error, and the reads after it with one content after the other. */
    private void scriptUndecided(String code, String... contents) throws IOException {
        AtomicInteger reads = new AtomicInteger();
        script(asked -> {
            if (asked.method().equals("PUT")) {
                boolean stored = reads.get() > 0 && !code.equals("PreconditionFailed");
                return stored ? Reply.stored() : Reply.error(code.equals("PreconditionFailed") ? 412 : 500, code);
            }
            String content = contents[Math.min(reads.getAndIncrement(), contents.length - 1)];
            return content.isEmpty() ? Reply.error(404, "NoSuchKey") : Reply.of(200, content);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"PreconditionFailed", "InternalError"})
    void aCreationThatIsReadBackDamagedTwiceAlikeIsReadAgain(String code) throws IOException {
        scriptUndecided(code, "m1ne", "m1ne", "mine");
        assertThat(store.putIfAbsent("m", bytes("mine"))).isTrue();
    }

    @Test
    void aCreationThatIsReadBackShortTwiceIsReadAgain() throws IOException {
        scriptUndecided("InternalError", "mi", "mi", "mine");
        assertThat(store.putIfAbsent("m", bytes("mine"))).isTrue();
    }

    @Test
    void aCreationWhoseObjectIsSeenOnceAndThenIsNotIsMadeAgain() throws IOException {
        scriptUndecided("InternalError", "m1ne", "");
        assertThat(store.putIfAbsent("m", bytes("mine"))).isTrue();
        assertThat(server.asked()).filteredOn(asked -> asked.startsWith("PUT")).hasSize(2);
    }

    @Test
    void anotherCreatorsObjectComesThreeTimesAlike() throws IOException {
        scriptUndecided("PreconditionFailed", "theirs");
        assertThat(store.putIfAbsent("m", bytes("mine"))).isFalse();
        assertThat(server.asked()).hasSize(4);
    }

    @Test
    void anObjectThatComesDifferentEachTimeIsNotDecided() throws IOException {
        AtomicInteger reads = new AtomicInteger();
        script(asked -> asked.method().equals("PUT")
                ? Reply.error(412, "PreconditionFailed")
                : Reply.of(200, "mine" + reads.incrementAndGet()));
        assertKind(Kind.UNAVAILABLE, () -> store.putIfAbsent("m", bytes("mine")));
    }

    /** The answer to a HEAD has no body, so it does not say whether the object is missing or the bucket. */
    @Test
    void aHeadThatFindsNothingAsksForTheBucket() throws IOException {
        AtomicInteger status = new AtomicInteger(404);
        script(asked -> asked.path().equals("/odd/k") ? Reply.of(404, "") : Reply.of(status.get(), ""));
        assertThat(assertKind(Kind.NO_BUCKET, () -> store.head("k"))).hasMessageContaining("bucket 'odd'");
        status.set(200);
        assertThat(store.head("k")).isEmpty();
    }

    /** What is no S3, or a proxy before one, answers so: it says nothing of the object. */
    @Test
    void anAnswerNotFoundWithoutACodeDoesNotMeanThatTheObjectIsMissing() throws IOException {
        script(asked -> Reply.of(404, "not found"));
        assertThat(assertKind(Kind.NO_BUCKET, () -> store.get("k")).getMessage())
                .contains("in bucket 'odd' at " + server.endpoint() + ": 404; there is no such bucket");
        assertKind(Kind.NO_BUCKET, () -> store.getRange("k", 0, ByteBuffer.allocate(1)));
        assertKind(Kind.NO_BUCKET, () -> store.head("k"));
        assertKind(Kind.NO_BUCKET, () -> store.delete(List.of("k")));
    }

    @Test
    void errorsAreOneLine() throws IOException {
        script(asked -> Reply.error(400, "InvalidRequest"));
        assertThat(assertKind(Kind.REFUSED, () -> store.put("a", bytes("x"))).getMessage())
                .isEqualTo("PUT of a in bucket 'odd' at " + server.endpoint() + ": 400 InvalidRequest: as told to");
    }

    @Test
    void aStatedLengthIsNotBelievedBeforeBytesCome() throws IOException {
        script(asked -> Reply.of(200, "short").length(2_000_000_000));
        assertKind(Kind.UNAVAILABLE, () -> store.get("huge"));
        assertThat(server.asked()).hasSizeGreaterThan(1);
    }

    @Test
    void aBodyThatStallsIsGivenUpAndContinued() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        script(
                asked -> asked.headers().get("Range").get(0).equals("bytes=0-9")
                        ? Reply.of(206, "01234")
                                .header("Content-Range", "bytes 0-9/10")
                                .length(10)
                                .stallUntil(over)
                        : Reply.of(206, "56789").header("Content-Range", "bytes 5-9/10"),
                BucketSettings.ATTEMPT_TIMEOUT,
                "300");
        ByteBuffer into = ByteBuffer.allocate(10);
        store.getRange("k", 0, into);
        over.countDown();
        assertThat(into.flip()).isEqualTo(bytes("0123456789"));
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void aStoreThatIgnoresRangesIsRefused() throws IOException {
        script(asked -> Reply.of(200, "0123456789"));
        assertKind(Kind.REFUSED, () -> store.getRange("k", 5, ByteBuffer.allocate(5)));
    }

    @Test
    void aRangeElsewhereIsRefused() throws IOException {
        script(asked -> Reply.of(206, "01234").header("Content-Range", "bytes 4-8/10"));
        assertKind(Kind.REFUSED, () -> store.getRange("k", 5, ByteBuffer.allocate(5)));
    }

    @Test
    void aListThatGoesOnNowhereIsRefused() throws IOException {
        script(asked -> Reply.of(200, "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"));
        assertKind(Kind.REFUSED, () -> store.list("", "", info -> {}));
    }

    @Test
    void aListOutOfOrderIsRefused() throws IOException {
        script(asked -> Reply.of(
                200,
                "<ListBucketResult><Contents><Key>b</Key><Size>1</Size></Contents>"
                        + "<Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>"));
        assertThat(assertKind(Kind.REFUSED, () -> store.list("", "", info -> {})))
                .hasMessageContaining("lists a after b");
    }

    @Test
    void whatWasNotDeletedIsDeletedAgain() throws IOException {
        AtomicInteger requests = new AtomicInteger();
        script(asked -> {
            String body = new String(asked.body(), StandardCharsets.UTF_8);
            boolean first = requests.incrementAndGet() == 1;
            assertThat(body.contains("<Key>a</Key>")).isEqualTo(first);
            return Reply.of(
                    200,
                    "<DeleteResult>"
                            + (first ? "<Error><Key>b</Key><Code>InternalError</Code></Error>" : "")
                            + "</DeleteResult>");
        });
        store.delete(List.of("a", "b"));
        assertThat(requests.get()).isEqualTo(2);
    }

    @Test
    void whatMustNotBeDeletedIsReported() throws IOException {
        script(asked -> Reply.of(
                200,
                "<DeleteResult><Error><Key>b</Key><Code>AccessDenied</Code><Message>no</Message></Error>"
                        + "</DeleteResult>"));
        assertThat(assertKind(Kind.DENIED, () -> store.delete(List.of("a", "b"))))
                .hasMessageContaining("b: AccessDenied: no");
    }

    @Test
    void anUploadOfAnotherSizeIsRefused() throws IOException {
        script(asked ->
                asked.method().equals("HEAD") ? Reply.of(200, "").header("Content-Length", "5") : Reply.stored());
        assertThat(assertKind(Kind.REFUSED, () -> store.upload("k", new ScriptedParts(1, 7))))
                .hasMessageContaining("5 bytes instead of 7");
    }

    @Test
    void aCompletionMayFailInAnAnswerThatBeganWell() throws IOException {
        AtomicInteger completions = new AtomicInteger();
        int bytes = UploadParts.MIN_PART + 3;
        script(asked -> {
            if (asked.query().equals("uploads")) {
                return Reply.of(
                        200, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
            }
            if (asked.method().equals("HEAD")) {
                return Reply.of(200, "").header("Content-Length", Integer.toString(bytes));
            }
            if (asked.method().equals("POST")) {
                return completions.incrementAndGet() < 3
                        ? Reply.error(200, "InternalError")
                        : Reply.of(200, "<CompleteMultipartUploadResult><Key>k</Key></CompleteMultipartUploadResult>");
            }
            return Reply.stored();
        });
        assertThat(store.upload("k", new ScriptedParts(1, bytes - 3, 3)).bytes())
                .isEqualTo(bytes);
        assertThat(completions.get()).isEqualTo(3);
    }

    @Test
    void bodiesAreNotSentInSignedPieces() throws IOException {
        StringBuilder headers = new StringBuilder();
        script(asked -> {
            headers.append(asked.headers().entrySet()).append('\n');
            return asked.method().equals("HEAD") ? Reply.of(200, "").header("Content-Length", "7") : Reply.stored();
        });
        store.upload("k", new ScriptedParts(1, 7));
        store.put("k", bytes("x"));
        store.putIfAbsent("k", bytes("x"));
        assertThat(headers.toString().toLowerCase(Locale.ROOT))
                .contains("x-amz-checksum-crc32c")
                .doesNotContain("aws-chunked")
                .doesNotContain("x-amz-trailer");
    }

    @Test
    void anOldStoreGetsMd5AndNoNewChecksums() throws IOException {
        StringBuilder headers = new StringBuilder();
        script(
                asked -> {
                    headers.append(asked.headers().entrySet()).append('\n');
                    return asked.method().equals("HEAD")
                            ? Reply.of(200, "").header("Content-Length", "7")
                            : Reply.stored();
                },
                BucketSettings.CHECKSUMS,
                "md5");
        store.upload("k", new ScriptedParts(1, 7));
        store.put("k", bytes("x"));
        store.putIfAbsent("k", bytes("x"));
        assertThat(headers.toString().toLowerCase(Locale.ROOT))
                .contains("content-md5")
                .doesNotContain("aws-chunked")
                .doesNotContain("x-amz-trailer")
                .doesNotContain("x-amz-checksum");
    }
}
