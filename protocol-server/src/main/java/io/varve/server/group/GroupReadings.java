// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Metric;
import io.varve.core.runtime.Metrics.Readings;
import io.varve.server.metadata.topic.Topics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponsePartition;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the coordinator how far groups are behind. Waits for it, but not for long. Thread-safe. */
public final class GroupReadings implements Consumer<Readings> {
    private static final Logger LOG = LoggerFactory.getLogger(GroupReadings.class);

    /** Groups whose lag is asked for, in the order of their names. */
    private static final int MAX_GROUPS = 100;

    /** For all groups together, in ms. */
    private static final long WAIT_MS = 2_000;

    private static final Metric GROUPS =
            Metric.gauge("varve_groups", "Groups, by their type and state.", "type", "state");
    private static final Metric LAG = Metric.gauge(
            "varve_group_lag_records",
            "Records between what a group has committed and the high watermark, of the first 100 groups by name;"
                    + " of a share group, those that no member is done with.",
            "group",
            "topic");

    private final Groups groups;
    private final Topics topics;

    /**
     * @param groups the groups
     * @param topics finds the ends of partitions
     */
    public GroupReadings(Groups groups, Topics topics) {
        this.groups = groups;
        this.topics = topics;
    }

    /** @return what is read */
    public static List<Metric> metrics() {
        return List.of(GROUPS, LAG);
    }

    @Override
    public void accept(Readings readings) {
        List<CompletableFuture<Consumer<Readings>>> lags = new ArrayList<>();
        CompletableFuture<Void> deadline = new CompletableFuture<Void>().orTimeout(WAIT_MS, TimeUnit.MILLISECONDS);
        try {
            List<ListedGroup> all = await(groups.list(GroupRequestContext.OWN, new ListGroupsRequestData()), deadline)
                    .groups();
            readNone(readings);
            all.forEach(group -> readings.add(GROUPS, 1, group.groupType(), group.groupState()));
            all.stream()
                    .sorted(Comparator.comparing(ListedGroup::groupId))
                    .limit(MAX_GROUPS)
                    .forEach(group -> lags.add(lag(group)));
            await(CompletableFuture.allOf(lags.toArray(CompletableFuture[]::new)), deadline);
        } catch (ExecutionException e) {
            // Groups are being loaded, or one was deleted meanwhile.
            LOG.debug("not all groups tell how far they are", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            deadline.cancel(false);
        }
        lags.stream()
                .filter(lag -> lag.isDone() && !lag.isCompletedExceptionally())
                .forEach(lag -> lag.join().accept(readings));
    }

    /** Of a type and state that no group has there are none, which is not the same as unknown. */
    private static void readNone(Readings readings) {
        for (GroupType type : GroupType.values()) {
            if (type != GroupType.UNKNOWN) {
                GroupState.groupStatesForType(type)
                        .forEach(state ->
                                readings.add(GROUPS, 0, type.toString().toLowerCase(Locale.ROOT), state.toString()));
            }
        }
    }

    /** Waits for an answer until the deadline fails. */
    private static <T> T await(CompletableFuture<T> answer, CompletableFuture<Void> deadline)
            throws ExecutionException, InterruptedException {
        CompletableFuture.anyOf(answer, deadline).get();
        return answer.get();
    }

    /** Members of a share group acknowledge records in any order, so its coordinator counts what is left. */
    private CompletableFuture<Consumer<Readings>> lag(ListedGroup group) {
        String id = group.groupId();
        if (GroupType.parse(group.groupType()) == GroupType.SHARE) {
            return groups.shareGroups()
                    .describeOffsets(
                            GroupRequestContext.OWN,
                            new DescribeShareGroupOffsetsRequestGroup()
                                    .setGroupId(id)
                                    .setTopics(null))
                    .thenApply(described -> readings -> read(readings, described));
        }
        return groups.fetch(
                        GroupRequestContext.OWN,
                        new OffsetFetchRequestGroup().setGroupId(id).setTopics(null),
                        false)
                .thenApply(fetched -> readings -> read(readings, fetched));
    }

    private static void read(Readings readings, DescribeShareGroupOffsetsResponseGroup group) {
        for (DescribeShareGroupOffsetsResponseTopic topic : group.topics()) {
            for (DescribeShareGroupOffsetsResponsePartition partition : topic.partitions()) {
                if (partition.lag() >= 0) {
                    readings.add(LAG, partition.lag(), group.groupId(), topic.topicName());
                }
            }
        }
    }

    private void read(Readings readings, OffsetFetchResponseGroup group) {
        for (OffsetFetchResponseTopics topic : group.topics()) {
            for (OffsetFetchResponsePartitions partition : topic.partitions()) {
                PartitionLog log = topics.log(topic.name(), partition.partitionIndex());
                if (log != null && partition.committedOffset() >= 0) {
                    long behind = log.highWatermark() - partition.committedOffset();
                    readings.add(LAG, Math.max(0, behind), group.groupId(), topic.name());
                }
            }
        }
    }
}
