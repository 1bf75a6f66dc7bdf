// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.read.Isolation;
import io.varve.core.spi.StorageException;
import io.varve.server.api.LogFixture;
import io.varve.server.api.SliceRecords;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.share.FixedShareSettings;
import io.varve.server.share.HeldStates;
import io.varve.server.share.ShareLimits;
import io.varve.server.share.ShareMember;
import io.varve.server.share.SharePartition;
import io.varve.server.share.SharedPartitionRef;
import io.varve.server.share.Shares;
import io.varve.server.share.state.SharePartitionId;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.ShareSessionNotFoundException;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShareFetchWaitTest {
    private static final String GROUP = "group";
    private static final int MAX_BYTES = 1 << 20;
    private static final int WAIT_MS = 500;

    private final LogFixture fixture = new LogFixture();
    private final HeldStates states = new HeldStates();
    private final Shares shares = new Shares(
            fixture, states, new FixedShareSettings(new ShareLimits(200, 5, 30_000, true)), fixture.time, fixture.time);

    @BeforeEach
    void openASession() {
        shares.open(new ShareMember(GROUP, "member"), List.of(), task -> () -> {});
    }

    @AfterEach
    void nothingIsLeftOver() {
        assertThat(fixture.openSlices).hasValue(0);
        assertThat(fixture.connection.leftovers()).isZero();
    }

    private SharePartition partition(Topic topic, int number) {
        return shares.partition(new SharePartitionId(GROUP, topic.id(), number), topic.partition(number));
    }

    private CompletableFuture<Map<SharedPartitionRef, PartitionData>> fetch(
            Topic topic, int minBytes, Supplier<Errors> refusal) {
        ShareFetchLimits limits =
                new ShareFetchLimits(Isolation.READ_UNCOMMITTED, minBytes, MAX_BYTES, 100, 100, true, WAIT_MS);
        ShareFetchWait wait = new ShareFetchWait("member", limits, fixture.connection, refusal, new LinkedHashMap<>());
        for (int i = 0; i < topic.open().size(); i++) {
            wait.add(new ShareRead(
                    partition(topic, i),
                    limits.isolation(),
                    fixture.connection.background(),
                    wait.budget(),
                    wait.waker()));
        }
        return wait.await();
    }

    private static PartitionData only(CompletableFuture<Map<SharedPartitionRef, PartitionData>> answer) {
        assertThat(answer).isCompleted();
        PartitionData taken = answer.join().values().iterator().next();
        if (taken.records() instanceof SliceRecords stored) {
            stored.close();
        }
        return taken;
    }

    @Test
    void aWaitForBytesFollowsTheLogStart() {
        Topic topic = fixture.create("topic", 1);
        PartitionLog log = topic.partition(0);
        fixture.fill(log, "a", "b");
        partition(topic, 0);
        fixture.fill(log, "c", "d");
        log.maintenance().trimTo(2);

        PartitionData taken = only(fetch(topic, 10, () -> Errors.NONE));

        assertThat(taken.acquiredRecords())
                .singleElement()
                .satisfies(range -> assertThat(range.firstOffset()).isEqualTo(2));
    }

    @Test
    void aWaitForBytesTellsWhyNothingCanBeRead() {
        Topic topic = fixture.create("topic", 1);
        fixture.fill(topic.partition(0), "a", "b");
        fixture.store(topic, 0)
                .refuseReads(new StorageException(StorageException.Kind.CORRUPT, "a failure of the test"));

        PartitionData taken = only(fetch(topic, 10, () -> Errors.NONE));

        assertThat(taken.errorCode()).isNotEqualTo(Errors.NONE.code());
        assertThat(taken.acquiredRecords()).isEmpty();
    }

    @Test
    void aWaitThatCannotBeginEndsAtOnce() {
        Topic topic = fixture.create("topic", 1);
        CompletableFuture<?> answer = fetch(topic, 10, () -> {
            throw new IllegalStateException("a failure of the test");
        });

        assertThat(answer).isCompletedExceptionally();
    }

    @Test
    void aWaitForBytesAsksTheRemoteTierForAFewPartitionsAtATime() {
        int partitions = 40;
        Topic topic = fixture.create("topic", partitions);
        for (int i = 0; i < partitions; i++) {
            fixture.fill(topic.partition(i), "a", "b");
            fixture.store(topic, i).dropBelow(2);
        }

        CompletableFuture<Map<SharedPartitionRef, PartitionData>> answer =
                fetch(topic, 75 * partitions, () -> Errors.NONE);

        int most = 0;
        int rounds = 0;
        while (!answer.isDone()) {
            assertThat(rounds++).isLessThan(100);
            int underWay = 0;
            for (int i = 0; i < partitions; i++) {
                underWay += fixture.store(topic, i).remoteReads();
            }
            most = Math.max(most, underWay);
            for (int i = 0; i < partitions; i++) {
                fixture.store(topic, i).endRemoteReads();
            }
            fixture.connection.runLoop();
        }
        assertThat(most).isEqualTo(SlowReadBudget.MAX_READS);
        assertThat(answer.join().size()).isBetween(SlowReadBudget.MAX_READS, partitions);
        answer.join().values().forEach(taken -> ((SliceRecords) taken.records()).close());
    }

    @Test
    void aSessionThatEndsWhileRecordsAreAcquiredGivesThemBack() {
        Topic topic = fixture.create("topic", 1);
        fixture.fill(topic.partition(0), "a", "b");
        ArrayDeque<Errors> refusals = new ArrayDeque<>(List.of(Errors.NONE, Errors.SHARE_SESSION_NOT_FOUND));

        CompletableFuture<?> answer = fetch(topic, 1, refusals::remove);

        assertThat(answer)
                .failsWithin(java.time.Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(ShareSessionNotFoundException.class);
        assertThat(partition(topic, 0).nextOffset()).isEqualTo(2);
        states.store();
        assertThat(partition(topic, 0).nextOffset()).isZero();
    }
}
