// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;

/**
 * Keeps the share sessions of all members, within limits on their number and on their partitions (KIP-932). A
 * session ends with its connection, with a request of the final epoch, and with a new one of its member.
 * Thread-safe.
 */
public final class ShareSessions {
    /** The epoch of a request that opens a session. */
    public static final int INITIAL_EPOCH = 0;

    /** The epoch of a request that closes a session. */
    public static final int FINAL_EPOCH = -1;

    /** Max number of partitions in one session. */
    static final int MAX_PARTITIONS = 10_000;

    /** Max partitions of all sessions, for each session there may be; one of the max size always fits. */
    static final int PARTITIONS_PER_SESSION = 100;

    private final int maxSessions;
    private final long maxPartitions;
    private final Map<ShareMember, ShareSession> sessions = new HashMap<>();
    private final Map<String, Integer> ofGroup = new HashMap<>();
    private long partitions;

    /** @param maxSessions max number of sessions, at least 1 */
    ShareSessions(int maxSessions) {
        this.maxSessions = maxSessions;
        maxPartitions = Math.max(MAX_PARTITIONS, (long) PARTITIONS_PER_SESSION * maxSessions);
    }

    /**
     * Opens a session in the place of an earlier one of the member.
     *
     * @param member whose session it is
     * @param named the partitions it reads
     * @return the session
     * @throws ApiException SHARE_SESSION_LIMIT_REACHED
     */
    ShareSession open(ShareMember member, Collection<SharedPartitionRef> named) {
        ShareSession session = new ShareSession(member);
        ShareSession earlier;
        synchronized (this) {
            earlier = sessions.get(member);
            if (earlier == null && sessions.size() >= maxSessions) {
                throw Errors.SHARE_SESSION_LIMIT_REACHED.exception();
            }
            partitions -= earlier == null ? 0 : earlier.size();
            try {
                update(session, named, List.of());
            } catch (ApiException full) {
                partitions += earlier == null ? 0 : earlier.size();
                throw full;
            }
            sessions.put(member, session);
            if (earlier == null) {
                ofGroup.merge(member.group(), 1, Integer::sum);
            } else {
                earlier.markClosed();
            }
        }
        if (earlier != null) {
            earlier.unbind().run();
        }
        return session;
    }

    private void update(
            ShareSession session, Collection<SharedPartitionRef> added, Collection<SharedPartitionRef> forgotten) {
        int before = session.size();
        if (before + added.size() > MAX_PARTITIONS || partitions + added.size() > maxPartitions) {
            throw Errors.SHARE_SESSION_LIMIT_REACHED.exception();
        }
        session.update(added, forgotten);
        partitions += session.size() - before;
    }

    /**
     * Begins a further request of a session.
     *
     * @param member whose session it is
     * @param epoch the epoch of the request
     * @param added partitions that are new to the session
     * @param forgotten partitions to remove
     * @return the session
     * @throws ApiException SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH, SHARE_SESSION_LIMIT_REACHED
     */
    public synchronized ShareSession next(
            ShareMember member,
            int epoch,
            Collection<SharedPartitionRef> added,
            Collection<SharedPartitionRef> forgotten) {
        ShareSession session = find(member);
        if (session.epoch() != epoch) {
            throw Errors.INVALID_SHARE_SESSION_EPOCH.exception();
        }
        update(session, added, forgotten);
        session.advance();
        return session;
    }

    /**
     * @param member a member of a group
     * @return its session
     * @throws ApiException SHARE_SESSION_NOT_FOUND
     */
    public synchronized ShareSession find(ShareMember member) {
        ShareSession session = sessions.get(member);
        if (session == null) {
            throw Errors.SHARE_SESSION_NOT_FOUND.exception();
        }
        return session;
    }

    /**
     * @param session a session
     * @param epoch the epoch of a request that reads
     * @return why the request must read nothing more: another one has used or ended the session; NONE if none
     *     has
     */
    public synchronized Errors refusal(ShareSession session, int epoch) {
        if (session.isClosed()) {
            return Errors.SHARE_SESSION_NOT_FOUND;
        }
        return session.epoch() == epoch + 1 || epoch == Integer.MAX_VALUE
                ? Errors.NONE
                : Errors.INVALID_SHARE_SESSION_EPOCH;
    }

    /**
     * @param session a session
     * @param turn number of partitions to begin behind
     * @return the partitions it reads, in the order to read them
     */
    public synchronized List<SharedPartitionRef> partitions(ShareSession session, int turn) {
        return session.partitions(turn);
    }

    /** @return false if it was closed already */
    boolean close(ShareSession session) {
        synchronized (this) {
            if (session.isClosed()) {
                return false;
            }
            session.markClosed();
            sessions.remove(session.member(), session);
            partitions -= session.size();
            ofGroup.computeIfPresent(session.member().group(), (group, count) -> count == 1 ? null : count - 1);
        }
        session.unbind().run();
        return true;
    }

    /** Has a session forgotten by its connection once it is closed; at once if it is. */
    void bind(ShareSession session, Runnable forgetting) {
        synchronized (this) {
            if (!session.isClosed()) {
                session.bindTo(forgetting);
                return;
            }
        }
        forgetting.run();
    }

    /** @return true if the member has a session */
    synchronized boolean has(ShareMember member) {
        return sessions.containsKey(member);
    }

    /** @return true if a member of the group has a session */
    synchronized boolean hasAny(String group) {
        return ofGroup.containsKey(group);
    }
}
