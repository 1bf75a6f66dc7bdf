// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.coordinator.SerialExecutor;
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
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;

/**
 * Delivers records to all share groups: keeps the share partitions that members read, and the members'
 * sessions. A share partition is loaded when a session of its group reads it, and dropped when the group has
 * no session any more. Thread-safe; no method blocks.
 */
public final class Shares implements AutoCloseable {
    private final Topics topics;
    private final ShareContext context;
    private final ShareSessions sessions;
    private final Scheduler scheduler;
    /** The loaded share partitions of each group. Guarded by this object, as is their creation. */
    private final Map<String, Map<SharePartitionId, SharePartition>> groups = new HashMap<>();
    /** Null until a look-up is needed. */
    private SerialExecutor lookUps;

    /**
     * @param topics knows the topics, and tells of deleted ones
     * @param store keeps the states of records
     * @param settings the settings of groups
     * @param clock measures locks
     * @param scheduler ends locks
     */
    public Shares(Topics topics, ShareStateStore store, ShareGroupSettings settings, Clock clock, Scheduler scheduler) {
        this.topics = topics;
        this.scheduler = scheduler;
        context = new ShareContext(store, settings, clock, scheduler, this::lookUp);
        sessions = new ShareSessions(settings.maxSessions());
        topics.addListener((before, after) -> {
            if (after == null) {
                fenceTopic(before.id());
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
     * Opens a session in the place of an earlier one of the member, which keeps what it has acquired.
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
        ShareSession session = sessions.open(member, named);
        sessions.bind(session, onDisconnect.apply(() -> close(session)));
        return session;
    }

    /**
     * Closes a session, and releases what its member has acquired, unless the member has opened another one.
     * Idempotent.
     *
     * @param session a session
     */
    public void close(ShareSession session) {
        if (!sessions.close(session)) {
            return;
        }
        String group = session.member().group();
        List<CompletableFuture<Void>> released = new ArrayList<>();
        for (SharePartition partition : ofGroup(group)) {
            if (!sessions.has(session.member())) {
                released.add(partition.release(session.member().member()).thenCompose(done -> partition.idle()));
            }
        }
        dropUnusedAfter(released, group);
    }

    private void dropUnusedAfter(List<CompletableFuture<Void>> writes, String group) {
        CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> dropUnused(group));
    }

    private synchronized List<SharePartition> ofGroup(String group) {
        return List.copyOf(groups.getOrDefault(group, Map.of()).values());
    }

    /** Drops the share partitions of a group without sessions, each once its states are written. */
    private void dropUnused(String group) {
        List<SharePartition> dropped = new ArrayList<>();
        List<CompletableFuture<Void>> writes = new ArrayList<>();
        synchronized (this) {
            Map<SharePartitionId, SharePartition> partitions = groups.get(group);
            if (partitions == null || sessions.hasAny(group)) {
                return;
            }
            partitions.values().removeIf(partition -> partition.idle().isDone() && dropped.add(partition));
            if (partitions.isEmpty()) {
                groups.remove(group);
            }
            partitions.values().forEach(partition -> writes.add(partition.idle()));
        }
        dropped.forEach(SharePartition::fence);
        if (!writes.isEmpty()) {
            dropUnusedAfter(writes, group);
        }
    }

    /**
     * Finds a share partition, and loads it if it is not.
     *
     * @param id names it
     * @param log the partition's log
     * @return the share partition, which may still be loading, or has failed if its topic is gone
     * @throws ApiException SHARE_SESSION_NOT_FOUND if the group has no session, which would drop it again
     */
    public SharePartition partition(SharePartitionId id, PartitionLog log) {
        SharePartition partition;
        SharePartition known;
        synchronized (this) {
            if (!sessions.hasAny(id.group())) {
                throw Errors.SHARE_SESSION_NOT_FOUND.exception();
            }
            Map<SharePartitionId, SharePartition> partitions =
                    groups.computeIfAbsent(id.group(), group -> new TreeMap<>());
            known = partitions.get(id);
            if (known != null && known.log() == log && known.failure() == null) {
                return known;
            }
            partition = new SharePartition(id, log, context);
            partitions.put(id, partition);
        }
        if (known != null) {
            known.fence();
        }
        partition.load();
        if (topics.byId(id.topic()) == null) {
            fenceTopic(id.topic()); // it was deleted before this share partition could be found
        }
        return partition;
    }

    /**
     * @param id names a share partition
     * @return the share partition, or null if no session reads it
     */
    public synchronized SharePartition find(SharePartitionId id) {
        return groups.getOrDefault(id.group(), Map.of()).get(id);
    }

    private void fenceTopic(Uuid gone) {
        List<SharePartition> fenced = new ArrayList<>();
        synchronized (this) {
            groups.values()
                    .forEach(partitions -> partitions
                            .values()
                            .removeIf(partition -> partition.id().topic().equals(gone) && fenced.add(partition)));
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
