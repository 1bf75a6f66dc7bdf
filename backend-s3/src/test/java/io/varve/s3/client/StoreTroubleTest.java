// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import static io.varve.s3.client.ObjectStoreContract.assertKind;
import static io.varve.s3.client.ObjectStoreContract.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.runtime.VirtualTime;
import io.varve.s3.client.ObjectStoreException.Kind;
import io.varve.s3server.EmbeddedS3;
import io.varve.s3server.FaultRule;
import io.varve.s3server.S3Fault;
import io.varve.s3server.S3RequestKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Strikes the store's requests with faults of a real server. */
class StoreTroubleTest {
    private static final long REQUEST_MS = 60_000;

    private static EmbeddedS3 server;
    private final VirtualTime time = new VirtualTime(0);
    private final VirtualPause pause = new VirtualPause(time);
    private final SystemScheduler scheduler = new SystemScheduler(1);
    private S3ObjectStore store;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedS3.inMemory();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @BeforeEach
    void open() {
        store = S3ObjectStore.open(settings(), time, scheduler, Ids.seeded(1), pause);
        server.keys("").forEach(server::remove);
        server.requests().reset();
    }

    @AfterEach
    void closeAll() {
        server.faults().clear();
        store.close();
        scheduler.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"REPLY_LOST", "ERROR_AFTER"})
    void aCreationWhoseAnswerIsLostIsItsOwnSuccess(S3Fault fault) {
        server.faults().add(FaultRule.of(fault).on(S3RequestKind.PUT).times(1));
        assertThat(store.putIfAbsent("m/1", bytes("mine"))).isTrue();
        assertThat(server.requests().count(S3RequestKind.PUT).requests()).isEqualTo(1);
        assertThat(server.requests().count(S3RequestKind.GET).requests()).isEqualTo(1);
    }

    @Test
    void aCreationIsSentAgainIfItFailedBefore() {
        server.faults()
                .add(FaultRule.of(S3Fault.SERVER_ERROR).on(S3RequestKind.PUT).times(2));
        server.faults()
                .add(FaultRule.of(S3Fault.UNREACHABLE).on(S3RequestKind.GET).times(1));
        assertThat(store.putIfAbsent("m/1", bytes("mine"))).isTrue();
        assertThat(server.requests().count(S3RequestKind.PUT).requests()).isEqualTo(3);
        assertThat(server.read("m/1")).isEqualTo(bytes("mine").array());
    }

    @Test
    void aCreationThatFailsWhileAnotherWinsIsLost() {
        server.write("m/1", bytes("theirs").array());
        server.faults()
                .add(FaultRule.of(S3Fault.SLOW_DOWN).on(S3RequestKind.PUT).times(1));
        assertThat(store.putIfAbsent("m/1", bytes("mine"))).isFalse();
        assertThat(server.read("m/1")).isEqualTo(bytes("theirs").array());
    }

    @Test
    void aCreationWhoseAnswerIsLostIsItsOwnSuccessEvenIfItIsReadBackWrong() {
        server.faults()
                .add(FaultRule.of(S3Fault.REPLY_LOST).on(S3RequestKind.PUT).times(1));
        server.faults().add(FaultRule.of(S3Fault.WRONG_BYTES).times(1));
        assertThat(store.putIfAbsent("m/1", bytes("mine"))).isTrue();
        assertThat(server.faults().injected()).containsKey(S3Fault.WRONG_BYTES);
    }

    @Test
    void aConflictDecidesNothing() {
        server.faults().add(FaultRule.of(S3Fault.CONFLICT).times(3));
        assertThat(store.putIfAbsent("m/1", bytes("mine"))).isTrue();
        assertThat(server.requests().count(S3RequestKind.PUT).requests()).isEqualTo(4);
        assertThat(server.requests().count(S3RequestKind.GET).requests()).isZero();
    }

    @Test
    void anUndecidedCreationIsUnavailable() {
        server.faults().add(FaultRule.of(S3Fault.REPLY_LOST));
        assertKind(Kind.UNAVAILABLE, () -> store.putIfAbsent("m/1", bytes("mine")));
        assertThat(time.millis()).isLessThanOrEqualTo(REQUEST_MS);
        server.faults().clear();
        assertThat(store.putIfAbsent("m/1", bytes("mine"))).isTrue();
    }

    @Test
    void aStormEndsACallAtItsDeadline() {
        server.faults().add(FaultRule.of(S3Fault.SLOW_DOWN));
        ObjectStoreException thrown = assertKind(Kind.UNAVAILABLE, () -> store.put("a", bytes("x")));
        assertThat(thrown)
                .hasMessageContaining("PUT of a in bucket 'varve' at " + server.endpoint())
                .hasMessageContaining("503 SlowDown");
        assertThat(time.millis()).isBetween(REQUEST_MS / 2, REQUEST_MS);
        long requests = server.requests().count(S3RequestKind.PUT).requests();
        assertThat(requests).isBetween(12L, 30L);
        assertThat(pause.pauses().get(0)).isBetween(25L, 50L);
        assertThat(pause.pauses().get(pause.pauses().size() - 1)).isBetween(2_500L, 5_000L);
        assertThat(store.counts().rows())
                .containsExactly(new RequestCounts.Row("", RequestKind.PUT, requests, requests, requests));
    }

    static Stream<Consumer<ObjectStore>> calls() {
        return Stream.of(
                store -> store.put("a", bytes("x")),
                store -> store.putIfAbsent("b", bytes("x")),
                store -> store.get("k"),
                store -> store.head("k"),
                store -> store.getRange("k", 0, ByteBuffer.allocate(1)),
                store -> store.delete(List.of("k")),
                store -> store.delete(List.of("k", "l")),
                store -> store.list("", "", info -> {}),
                store -> store.pendingUploads(""),
                store -> store.upload("c", new ScriptedParts(1, 9)),
                store -> store.abort(new PendingUpload("k", "none", 0)));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void everyCallOutlastsABriefOutage(Consumer<ObjectStore> call) {
        server.write("k", new byte[] {1});
        for (S3Fault fault : List.of(S3Fault.SLOW_DOWN, S3Fault.SERVER_ERROR, S3Fault.UNREACHABLE)) {
            server.faults().add(FaultRule.of(fault).times(2));
        }
        call.accept(store);
        assertThat(pause.pauses()).hasSizeGreaterThanOrEqualTo(6);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void everyCallReportsRefusedCredentialsAtOnce(Consumer<ObjectStore> call) {
        for (S3Fault fault : List.of(S3Fault.DENIED, S3Fault.EXPIRED_TOKEN)) {
            server.requests().reset();
            server.faults().add(FaultRule.of(fault).times(1));
            assertKind(Kind.DENIED, () -> call.accept(store));
            assertThat(server.requests().requests()).hasSize(1);
        }
        assertThat(pause.pauses()).isEmpty();
    }

    @Test
    void aWrongSecretIsDeniedAndNotShown() {
        BucketSettings wrong =
                Buckets.settings(server.endpoint(), server.bucket(), server.accessKey(), "wrong-but-secret");
        try (S3ObjectStore denied = S3ObjectStore.open(wrong, time, scheduler, Ids.seeded(1), pause)) {
            ObjectStoreException thrown = assertKind(Kind.DENIED, () -> denied.put("a", bytes("x")));
            assertThat(thrown).hasMessageContaining("403 SignatureDoesNotMatch").hasMessageNotContaining("secret");
        }
    }

    @Test
    void aRangeThatIsCutIsContinued() {
        ScriptedParts parts = new ScriptedParts(1, 3_000_000);
        store.upload("r", parts);
        server.faults().add(FaultRule.of(S3Fault.CUT_BODY).times(3));
        ByteBuffer read = ByteBuffer.allocateDirect(3_000_000);
        store.getRange("r", 0, read);
        assertThat(read.flip()).isEqualTo(parts.whole());
        RequestCounts.Row gets = store.counts().rows().stream()
                .filter(row -> row.kind() == RequestKind.GET && row.failed() > 0)
                .findFirst()
                .orElseThrow();
        assertThat(gets.failed()).isEqualTo(3);
        assertThat(gets.bytes()).as("no byte twice").isEqualTo(3_000_000);
    }

    @Test
    void anObjectThatIsCutIsReadAgain() {
        ScriptedParts parts = new ScriptedParts(1, 6_000_000);
        store.upload("whole", parts);
        server.faults().add(FaultRule.of(S3Fault.CUT_BODY).times(3));
        assertThat(store.get("whole")).contains(parts.whole());
    }

    @Test
    void anUploadOutlastsTroubleWithItsParts() {
        server.faults()
                .add(FaultRule.of(S3Fault.SLOW_DOWN)
                        .on(S3RequestKind.CREATE_UPLOAD)
                        .times(2));
        for (S3Fault fault : List.of(S3Fault.SERVER_ERROR, S3Fault.ERROR_AFTER, S3Fault.REPLY_LOST)) {
            server.faults()
                    .add(FaultRule.of(fault).on(S3RequestKind.UPLOAD_PART).times(2));
        }
        int part = UploadParts.MIN_PART;
        ScriptedParts parts = new ScriptedParts(7, part, part, part, 100);
        assertThat(store.upload("u", parts).bytes()).isEqualTo(parts.whole().remaining());
        assertThat(ByteBuffer.wrap(server.read("u"))).isEqualTo(parts.whole());
        assertThat(parts.areReleasedOnce()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"REPLY_LOST", "ERROR_AFTER", "SLOW_DOWN"})
    void aCompletionWhoseAnswerIsLostIsASuccess(S3Fault fault) {
        server.faults()
                .add(FaultRule.of(fault).on(S3RequestKind.COMPLETE_UPLOAD).times(1));
        ScriptedParts parts = new ScriptedParts(8, UploadParts.MIN_PART, 100);
        assertThat(store.upload("u", parts).bytes()).isEqualTo(parts.whole().remaining());
        assertThat(server.requests().count(S3RequestKind.COMPLETE_UPLOAD).requests())
                .isEqualTo(2);
        assertThat(server.requests().count(S3RequestKind.ABORT_UPLOAD).requests())
                .isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = S3RequestKind.class,
            names = {"UPLOAD_PART", "COMPLETE_UPLOAD"})
    void anUploadThatFailsIsAbortedAndGivesItsPartsBack(S3RequestKind kind) {
        server.faults().add(FaultRule.of(S3Fault.DENIED).on(kind).times(1));
        int part = UploadParts.MIN_PART;
        ScriptedParts parts = new ScriptedParts(9, part, part, part, part, part, part);
        assertKind(Kind.DENIED, () -> store.upload("u", parts));
        assertThat(parts.areReleasedOnce()).isTrue();
        assertThat(server.requests().count(S3RequestKind.ABORT_UPLOAD).requests())
                .isEqualTo(1);
        assertThat(store.pendingUploads("")).isEmpty();
        assertThat(server.keys("u")).isEmpty();
    }

    @Test
    void anUploadThatSomebodyAbortedMayBeMadeAnew() {
        S3ObjectStore other = store;
        UploadParts sabotaged = new UploadParts() {
            private final ScriptedParts parts = new ScriptedParts(10, MIN_PART, MIN_PART, 50);
            private int supplied;

            @Override
            public ByteBuffer next() {
                if (supplied++ == 2) {
                    other.pendingUploads("").forEach(other::abort);
                }
                return parts.next();
            }

            @Override
            public void release(ByteBuffer part) {
                parts.release(part);
            }
        };
        assertKind(Kind.UNAVAILABLE, () -> store.upload("u", sabotaged));
        assertThat(server.keys("u")).isEmpty();
    }

    @Test
    void aSlowStoreIsGivenUpAtTheDeadlineOfTheAttempt() {
        server.faults().add(FaultRule.slow(20_000));
        BucketSettings hasty = Buckets.settings(
                server.endpoint(),
                server.bucket(),
                server.accessKey(),
                server.secretKey(),
                BucketSettings.ATTEMPT_TIMEOUT,
                "200",
                BucketSettings.REQUEST_TIMEOUT,
                "1000");
        try (S3ObjectStore impatient = S3ObjectStore.open(hasty, Clock.system(), scheduler, Ids.seeded(1))) {
            long begun = Clock.system().millis();
            assertKind(Kind.UNAVAILABLE, () -> impatient.get("a"));
            assertThat(Clock.system().millis() - begun).isLessThan(20_000);
        }
        assertThat(server.requests().requests().size()).isBetween(0, 6);
    }

    @Test
    void aPauseEndsWhenTheStoreIsClosed() {
        server.faults().add(FaultRule.of(S3Fault.SLOW_DOWN));
        S3ObjectStore real = S3ObjectStore.open(settings(), Clock.system(), scheduler, Ids.seeded(1));
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        scheduler.start("putter", () -> {
            try {
                real.put("a", bytes("x"));
                ended.complete(null);
            } catch (Throwable e) {
                ended.complete(e);
            }
        });
        while (server.requests().count(S3RequestKind.PUT).requests() < 3) {
            Thread.onSpinWait();
        }
        real.close();
        real.close();
        assertThat(ended.join())
                .isInstanceOfSatisfying(
                        ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
        assertKind(Kind.UNAVAILABLE, () -> real.get("a"));
    }

    @Test
    void aRequestInProgressEndsWhenTheStoreIsClosed() {
        server.faults().add(FaultRule.slow(60_000));
        S3ObjectStore real = S3ObjectStore.open(settings(), Clock.system(), scheduler, Ids.seeded(1));
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        scheduler.start("getter", () -> {
            try {
                real.get("a");
                ended.complete(null);
            } catch (Throwable e) {
                ended.complete(e);
            }
        });
        while (server.faults().injected().getOrDefault(S3Fault.SLOW, 0L) == 0) {
            Thread.onSpinWait();
        }
        long begun = System.nanoTime();
        real.close();
        assertThat(ended.join())
                .isInstanceOfSatisfying(
                        ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
        assertThat(System.nanoTime() - begun).isLessThan(60_000_000_000L);
    }

    @Test
    void anInterruptedThreadStaysInterrupted() {
        server.faults().add(FaultRule.of(S3Fault.SLOW_DOWN));
        Thread.currentThread().interrupt();
        assertKind(Kind.UNAVAILABLE, () -> store.put("a", bytes("x")));
        assertThat(Thread.interrupted()).isTrue();
    }

    private static BucketSettings settings() {
        return Buckets.settings(server.endpoint(), server.bucket(), server.accessKey(), server.secretKey());
    }
}
