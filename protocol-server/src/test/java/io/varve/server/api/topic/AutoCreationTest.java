// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.TopicCreator;
import io.varve.server.metadata.topic.TopicLimits;
import io.varve.server.quota.MutationQuota;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;

class AutoCreationTest {
    private final List<CompletableFuture<Topic>> underWay = new ArrayList<>();
    private int present;
    private final AutoCreation creation =
            new AutoCreation(() -> present, new Held(), new TopicLimits(100, 100, 2, 2_000));

    @Test
    void makesFewAtATimeAndTheRestWhenAskedAgain() {
        CompletableFuture<Topic> first = creation.create("a", 1, MutationQuota.UNBOUNDED);
        assertThat(creation.create("b", 1, MutationQuota.UNBOUNDED)).isNotDone();
        assertThat(creation.create("c", 1, MutationQuota.UNBOUNDED)).isCompletedExceptionally();
        assertThat(underWay).hasSize(2);

        underWay.get(0).complete(null);
        assertThat(first).isCompleted();
        assertThat(creation.create("c", 1, MutationQuota.UNBOUNDED)).isNotDone();
        assertThat(creation.create("d", 1, MutationQuota.UNBOUNDED)).isCompletedExceptionally();
    }

    @Test
    void makesNoneWhenThereAreEnough() {
        present = 99;
        assertThat(creation.create("a", 1, MutationQuota.UNBOUNDED)).isNotDone();
        assertThat(creation.create("b", 1, MutationQuota.UNBOUNDED)).isCompletedExceptionally();
        present = 100;
        underWay.get(0).complete(null);
        assertThat(creation.create("b", 1, MutationQuota.UNBOUNDED)).isCompletedExceptionally();
    }

    @Test
    void makesNoneThatExceedsTheQuotaAndForgetsIt() {
        IntConsumer used = partitions -> {
            throw new ThrottlingQuotaExceededException(7, "used up");
        };
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> creation.create("a", 1, used).join())
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
        }
        assertThat(underWay).isEmpty();
        assertThat(creation.create("a", 1, MutationQuota.UNBOUNDED)).isNotDone();
    }

    @Test
    void countsThoseThatCouldNotBeMadeAsDone() {
        for (int i = 0; i < 10; i++) {
            creation.create("a" + i, 1, MutationQuota.UNBOUNDED);
            assertThat(underWay).hasSize(i + 1);
            underWay.get(i).completeExceptionally(new InvalidTopicException());
        }
    }

    /** Creates topics when the test completes the creation. */
    private final class Held implements TopicCreator {
        @Override
        public CompletableFuture<Topic> createIfAbsent(String name) {
            CompletableFuture<Topic> made = new CompletableFuture<>();
            underWay.add(made);
            return made;
        }

        @Override
        public CompletableFuture<Topic> createInternalIfAbsent(
                String name, int partitions, Map<String, String> configs) {
            throw new AssertionError(name);
        }
    }
}
