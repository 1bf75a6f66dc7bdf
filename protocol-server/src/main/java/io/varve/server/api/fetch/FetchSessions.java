// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * Caches the fetch sessions of all consumers, within limits on their number (KIP-227) and on their
 * partitions. When all slots are taken, a new session evicts one that has been idle for two minutes, or else
 * one that is older than two minutes and has fewer partitions. Without such a session none is opened, and the
 * client names all its partitions in every fetch, as clients before KIP-227 do. A session that grows beyond
 * its limit is closed: its client gets FETCH_SESSION_ID_NOT_FOUND. Thread-safe.
 */
public final class FetchSessions {
    private static final long EVICTION_MS = 120_000;

    /** Max number of partitions in one session. */
    static final int MAX_PARTITIONS = 10_000;

    /** Max partitions of all sessions, per slot; one of {@link #MAX_PARTITIONS} always fits. */
    static final int PARTITIONS_PER_SLOT = 100;

    private static final class Slot {
        private final FetchSession session;
        private final long createdMs;
        private long usedMs;
        private int size;

        Slot(FetchSession session, long nowMs) {
            this.session = session;
            this.createdMs = nowMs;
        }

        int size() {
            return size;
        }

        int id() {
            return session.id();
        }
    }

    private final int maxSessions;
    private final long maxPartitions;
    private final Clock clock;
    private final Ids ids;
    private final Map<Integer, Slot> slots = new HashMap<>();
    /** Number of partitions in all sessions, as of the last use of each. */
    private long partitions;

    /** All sessions, least recently used first. */
    private final LinkedHashSet<Slot> byUse = new LinkedHashSet<>();
    /** The sessions that a larger one may evict, smallest first. */
    private final TreeSet<Slot> bySize =
            new TreeSet<>(Comparator.comparingInt(Slot::size).thenComparingInt(Slot::id));

    /**
     * @param maxSessions max number of sessions, 0 or more
     * @param clock measures how long a session is idle
     * @param ids source of session ids
     */
    public FetchSessions(int maxSessions, Clock clock, Ids ids) {
        this.maxSessions = maxSessions;
        this.maxPartitions = Math.max(MAX_PARTITIONS, (long) PARTITIONS_PER_SLOT * maxSessions);
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Finds the session of a fetch, and brings its partitions up to date.
     *
     * @param metadata session id and epoch in the request
     * @param byTopicId true if the request names topics by id
     * @param fetches the partitions that the request names
     * @param forgotten the partitions that the session is to remove
     * @return the partitions to read, and how to respond
     */
    FetchContext begin(
            FetchMetadata metadata, boolean byTopicId, List<PartitionFetch> fetches, List<PartitionRef> forgotten) {
        if (metadata.isFull()) {
            if (metadata.sessionId() != FetchContext.NO_SESSION) {
                close(metadata.sessionId());
            }
            return metadata.epoch() == FetchMetadata.FINAL_EPOCH || fetches.isEmpty()
                    ? new FetchContext.Sessionless(fetches)
                    : new FetchContext.Opening(fetches, byTopicId, this);
        }
        FetchSession session = find(metadata.sessionId());
        if (session == null) {
            return new FetchContext.RefusedFetch(Errors.FETCH_SESSION_ID_NOT_FOUND);
        }
        Errors error = session.advance(metadata.epoch(), byTopicId, fetches, forgotten, maxPartitions(session));
        if (error == Errors.FETCH_SESSION_ID_NOT_FOUND) {
            close(session.id());
        }
        if (error != Errors.NONE) {
            return new FetchContext.RefusedFetch(error);
        }
        if (session.size() == 0) {
            close(session.id());
            return new FetchContext.Sessionless(List.of());
        }
        markUsed(session);
        return new FetchContext.Continuing(session, metadata.epoch(), session.fetches());
    }

    /**
     * Opens a session if a slot is free, or can be freed.
     *
     * @param byTopicId true if the client names topics by id
     * @param fetches what the client wants of each partition
     * @param answers the first response of each partition, by position
     * @return id of the session; {@link FetchContext#NO_SESSION} if none was opened
     */
    synchronized int open(boolean byTopicId, List<PartitionFetch> fetches, List<PartitionData> answers) {
        long now = clock.millis();
        if (maxSessions == 0 || fetches.size() > MAX_PARTITIONS) {
            return FetchContext.NO_SESSION;
        }
        while (slots.size() >= maxSessions || partitions + fetches.size() > maxPartitions) {
            if (!evict(fetches.size(), now)) {
                return FetchContext.NO_SESSION;
            }
        }
        Slot slot = new Slot(new FetchSession(newId(), byTopicId, fetches, answers), now);
        slots.put(slot.id(), slot);
        markUsed(slot, now);
        return slot.id();
    }

    /** @return number of open sessions */
    synchronized int size() {
        return slots.size();
    }

    /** @return max number of partitions that the session may have now */
    private synchronized int maxPartitions(FetchSession session) {
        long free = maxPartitions - partitions;
        return (int) Math.min(MAX_PARTITIONS, session.size() + free);
    }

    private synchronized FetchSession find(int id) {
        Slot slot = slots.get(id);
        return slot == null ? null : slot.session;
    }

    private synchronized void markUsed(FetchSession session) {
        Slot slot = slots.get(session.id());
        if (slot != null && slot.session == session) {
            markUsed(slot, clock.millis());
        }
    }

    private void markUsed(Slot slot, long now) {
        byUse.remove(slot);
        bySize.remove(slot);
        slot.usedMs = now;
        partitions -= slot.size;
        slot.size = slot.session.size();
        partitions += slot.size;
        byUse.add(slot);
        if (now - slot.createdMs > EVICTION_MS) {
            bySize.add(slot);
        }
    }

    private synchronized void close(int id) {
        Slot slot = slots.get(id);
        if (slot != null) {
            remove(slot);
        }
    }

    private void remove(Slot slot) {
        slots.remove(slot.id());
        partitions -= slot.size;
        byUse.remove(slot);
        bySize.remove(slot);
    }

    private boolean evict(int newSize, long now) {
        Slot idle = byUse.iterator().next();
        if (now - idle.usedMs > EVICTION_MS) {
            remove(idle);
            return true;
        }
        if (!bySize.isEmpty() && bySize.first().size < newSize) {
            remove(bySize.first());
            return true;
        }
        return false;
    }

    private int newId() {
        int id;
        do {
            id = (int) ids.next().getLeastSignificantBits() & Integer.MAX_VALUE;
        } while (id == FetchContext.NO_SESSION || slots.containsKey(id));
        return id;
    }
}
