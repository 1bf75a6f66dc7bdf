// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.coordinator.SerialExecutor;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.share.state.SharePartitionId;
import io.varve.server.share.state.ShareStateStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.ShareSessionNotFoundException;

/**
 * Delivers records to all share groups: keeps the share partitions that members read, and the members'
 * sessions. A share partition is loaded when a session of its group reads it, and dropped when the group has
 * no session any more. Thread-safe; no method blocks.
 */
public final class Shares implements AutoCloseable {
    private final ShareContext context;
    private final ShareSessions sessions;
    private final Scheduler scheduler;
    /** The loaded share partitions of each group. Guarded by this object, as is their creation. */
    private final Map<String, Map<SharePartitionId, SharePartition>> groups = new HashMap<>();
    /** Null until a look-up is needed. */
    private SerialExecutor lookUps;

    /**
     * @param topics tells of deleted topics
     * @param store keeps the states of records
     * @param settings the settings of groups
     * @param clock measures locks
     * @param scheduler ends locks
     */
    public Shares(Topics topics, ShareStateStore store, ShareGroupSettings settings, Clock clock, Scheduler scheduler) {
        this.scheduler = scheduler;
        context = new ShareContext(store, settings, clock, scheduler, this::lookUp);
        sessions = new ShareSessions(settings.maxSessions());
        topics.addListener((before, after) -> {
            if (after == null) {
                fenceTopic(before);
            }
        });
    }

    private synchronized void lookUp(Runnable task) {
        if (lookUps == null) {
            lookUps = new SerialExecutor("share-offsets", scheduler);
        }
        lookUps.add(task);
    }

    /** @return the sessions of members */
    public ShareSessions sessions() {
        return sessions;
    }

    /** @return the settings of groups */
    public ShareGroupSettings settings() {
        return context.settings();
    }

    /**
     * Opens a session, and closes an earlier one of the member.
     *
     * @param member whose session it is
     * @param named the partitions it reads
     * @param onDisconnect registers a task for the end of the client's connection, and returns what removes
     *     it
     * @return the session
     * @throws ApiException SHARE_SESSION_LIMIT_REACHED
     */
    public ShareSession open(
            ShareMember member, Collection<SharedPartitionRef> named, Function<Runnable, Runnable> onDisconnect) {
        close(member);
        ShareSession session = sessions.open(member, named);
        sessions.bind(session, onDisconnect.apply(() -> close(session)));
        return session;
    }

    private void close(ShareMember member) {
        try {
            close(sessions.find(member));
        } catch (ShareSessionNotFoundException e) {
            return; // the usual case
        }
    }

    /**
     * Closes a session, and releases what its member has acquired. Idempotent.
     *
     * @param session a session
     */
    public void close(ShareSession session) {
        if (!sessions.close(session)) {
            return;
        }
        session.unbind().run();
        String group = session.member().group();
        List<CompletableFuture<Void>> released = new ArrayList<>();
        for (SharePartition partition : ofGroup(group)) {
            released.add(partition.release(session.member().member()).thenCompose(done -> partition.idle()));
        }
        CompletableFuture.allOf(released.toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> dropUnused(group));
    }

    private synchronized List<SharePartition> ofGroup(String group) {
        return List.copyOf(groups.getOrDefault(group, Map.of()).values());
    }

    /** Drops the share partitions of a group without sessions, if none of their states is being written. */
    private void dropUnused(String group) {
        List<SharePartition> dropped = new ArrayList<>();
        synchronized (this) {
            Map<SharePartitionId, SharePartition> partitions = groups.get(group);
            if (partitions == null || sessions.hasAny(group)) {
                return;
            }
            partitions.values().removeIf(partition -> partition.idle().isDone() && dropped.add(partition));
            if (partitions.isEmpty()) {
                groups.remove(group);
            }
        }
        dropped.forEach(SharePartition::fence);
    }

    /**
     * Finds a share partition, and loads it if it is not.
     *
     * @param id names it
     * @param log the partition's log
     * @return the share partition, which may still be loading
     */
    public SharePartition partition(SharePartitionId id, PartitionLog log) {
        SharePartition partition;
        synchronized (this) {
            Map<SharePartitionId, SharePartition> partitions =
                    groups.computeIfAbsent(id.group(), group -> new TreeMap<>());
            SharePartition known = partitions.get(id);
            if (known != null && known.log() == log && known.failure() == null) {
                return known;
            }
            partition = new SharePartition(id, log, context);
            partitions.put(id, partition);
        }
        partition.load();
        return partition;
    }

    /**
     * @param id names a share partition
     * @return the share partition, or null if no session reads it
     */
    public synchronized SharePartition find(SharePartitionId id) {
        return groups.getOrDefault(id.group(), Map.of()).get(id);
    }

    private void fenceTopic(Topic gone) {
        List<SharePartition> fenced = new ArrayList<>();
        synchronized (this) {
            groups.values()
                    .forEach(partitions -> partitions
                            .values()
                            .removeIf(partition -> partition.id().topic().equals(gone.id()) && fenced.add(partition)));
            groups.values().removeIf(Map::isEmpty);
        }
        fenced.forEach(SharePartition::fence);
    }

    /** Stops looking up offsets. Idempotent. */
    @Override
    public synchronized void close() {
        if (lookUps != null) {
            lookUps.close();
        }
    }
}
