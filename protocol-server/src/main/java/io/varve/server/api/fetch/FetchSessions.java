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
 * The fetch sessions of all consumers, bounded in number (KIP-227) and in partitions. When all slots are
 * taken a new session gets the slot of one that was not used for two minutes, else of one that is older than
 * two minutes and has fewer partitions, else none: its client then names all partitions in every fetch, as
 * clients before KIP-227 do. So does one whose session has grown too large: it is told that the session is
 * gone. Thread-safe.
 */
public final class FetchSessions {
    private static final long EVICTION_MS = 120_000;

    /** Most partitions of one session. */
    static final int MAX_PARTITIONS = 10_000;

    /** Most partitions of all sessions, for each slot; a single largest one always fits. */
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
    /** Of all sessions, as of the last use of each. */
    private long partitions;

    /** Least recently used first. */
    private final LinkedHashSet<Slot> byUse = new LinkedHashSet<>();
    /** Those old enough to make room for a larger one, smallest first. */
    private final TreeSet<Slot> bySize =
            new TreeSet<>(Comparator.comparingInt(Slot::size).thenComparingInt(Slot::id));

    /**
     * @param maxSessions most sessions, 0 or more
     * @param clock tells how long a session was idle
     * @param ids gives session ids
     */
    public FetchSessions(int maxSessions, Clock clock, Ids ids) {
        this.maxSessions = maxSessions;
        this.maxPartitions = Math.max(MAX_PARTITIONS, (long) PARTITIONS_PER_SLOT * maxSessions);
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Finds out what a fetch reads.
     *
     * @param metadata the session id and epoch in the request
     * @param byTopicId true if the request names topics by id
     * @param fetches the partitions it names
     * @param forgotten the partitions its session is to drop
     * @return what to read and how to answer
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
        Errors error = session.advance(metadata.epoch(), byTopicId, fetches, forgotten, room(session));
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
        touch(session);
        return new FetchContext.Continuing(session, metadata.epoch(), session.fetches());
    }

    /**
     * Begins a session if there is room for it.
     *
     * @param byTopicId true if its client names topics by id
     * @param fetches what its client wants
     * @param answers what the client is told of each, by position
     * @return its id, or 0
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
        touch(slot, now);
        return slot.id();
    }

    /** @return number of sessions */
    synchronized int size() {
        return slots.size();
    }

    /** @return most partitions the session may have now */
    private synchronized int room(FetchSession session) {
        long free = maxPartitions - partitions;
        return (int) Math.min(MAX_PARTITIONS, session.size() + free);
    }

    private synchronized FetchSession find(int id) {
        Slot slot = slots.get(id);
        return slot == null ? null : slot.session;
    }

    private synchronized void touch(FetchSession session) {
        Slot slot = slots.get(session.id());
        if (slot != null && slot.session == session) {
            touch(slot, clock.millis());
        }
    }

    private void touch(Slot slot, long now) {
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
