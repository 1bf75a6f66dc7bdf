// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.server.api.LogFixture;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.share.state.SharePartitionId;
import java.util.List;
import org.apache.kafka.common.errors.ShareSessionNotFoundException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharesTest {
    private static final ShareMember MEMBER = new ShareMember("group", "member");

    private final LogFixture fixture = new LogFixture();
    private final HeldStates states = new HeldStates();
    private final Shares shares = new Shares(
            fixture, states, new FixedShareSettings(new ShareLimits(200, 5, 30_000, true)), fixture.time, fixture.time);
    private Topic topic;
    private SharePartitionId id;

    @BeforeEach
    void fill() {
        topic = fixture.create("topic", 1);
        fixture.fill(topic.partition(0), "a", "b");
        id = new SharePartitionId("group", topic.id(), 0);
    }

    private ShareSession open() {
        return shares.open(MEMBER, List.of(new SharedPartitionRef(topic.id(), 0)), fixture.connection::onClose);
    }

    private SharePartition acquired() {
        SharePartition partition = shares.partition(id, topic.partition(0));
        FetchedBatches batches = new FetchedBatches();
        batches.add(0, 1, 0, false);
        partition.acquire(new AcquireRequest("member", 10, 10, true), 0, batches);
        return partition;
    }

    @Test
    void aSessionThatReplacesAnotherKeepsWhatTheMemberHasAcquired() {
        ShareSession first = open();
        SharePartition partition = acquired();
        ShareSession second = open();

        assertThat(shares.sessions().refusal(first, 0)).isEqualTo(Errors.SHARE_SESSION_NOT_FOUND);
        assertThat(shares.sessions().refusal(second, 0)).isEqualTo(Errors.NONE);
        assertThat(fixture.connection.leftovers()).isEqualTo(1);
        shares.close(first);
        assertThat(states.waiting()).isZero();
        assertThat(shares.sessions().find(MEMBER)).isSameAs(second);

        fixture.connection.close();
        states.store();
        assertThat(shares.sessions().hasAny("group")).isFalse();
        assertThat(partition.failure()).isNotNull();
    }

    @Test
    void theNumberOfSessionsCountsOnePerMember() {
        for (int i = 0; i < 50; i++) {
            open();
        }
        shares.close(shares.sessions().find(MEMBER));
        assertThat(shares.sessions().hasAny("group")).isFalse();
    }

    @Test
    void aPartitionIsNotLoadedForAGroupWithoutASession() {
        shares.close(open());
        assertThatThrownBy(() -> shares.partition(id, topic.partition(0)))
                .isInstanceOf(ShareSessionNotFoundException.class);
        assertThat(shares.find(id)).isNull();
    }

    @Test
    void aPartitionOfADeletedTopicIsNotKept() {
        open();
        fixture.delete("topic");
        assertThat(shares.partition(id, topic.partition(0)).failure()).isNotNull();
        assertThat(shares.find(id)).isNull();
    }

    @Test
    void aPartitionIsDroppedOnceAWriteThatFollowsTheReleaseEnds() {
        ShareSession session = open();
        SharePartition partition = acquired();
        ShareMember other = new ShareMember("group", "other");
        ShareSession second = shares.open(other, List.of(), fixture.connection::onClose);
        partition.acknowledge("member", List.of(new Acknowledgement(0, 0, List.of(Acknowledgement.ACCEPT))));
        shares.close(second);
        shares.close(session); // its release is written after the acknowledgement
        assertThat(shares.find(id)).isSameAs(partition);
        while (states.waiting() > 0) {
            states.store();
        }
        assertThat(shares.find(id)).isNull();
        assertThat(partition.failure()).isNotNull();
    }

    @Test
    void aReplacedPartitionDeliversNothingMore() {
        open();
        SharePartition replaced = shares.partition(id, topic.partition(0));
        Topic other = fixture.create("other", 1);
        assertThat(shares.partition(id, other.partition(0))).isNotSameAs(replaced);
        assertThat(replaced.failure()).isNotNull();
    }
}
