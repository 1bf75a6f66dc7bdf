// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Remembers the partitions that a member reads between its fetches, so that a fetch names only changes. Each
 * request of a session has the next epoch. Guarded by the {@link ShareSessions} it belongs to.
 */
public final class ShareSession {
    private final ShareMember member;
    private final Set<SharedPartitionRef> partitions = new LinkedHashSet<>();
    private int epoch = 1;
    private boolean closed;
    private Runnable unbind = () -> {};

    ShareSession(ShareMember member) {
        this.member = member;
    }

    /** @return whose session it is */
    public ShareMember member() {
        return member;
    }

    /** @param forgetting what is to run when the session is closed, by which its connection forgets it */
    void bindTo(Runnable forgetting) {
        unbind = forgetting;
    }

    /** @return what the connection forgets the session by */
    Runnable unbind() {
        return unbind;
    }

    int epoch() {
        return epoch;
    }

    void advance() {
        epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    }

    boolean isClosed() {
        return closed;
    }

    void markClosed() {
        closed = true;
    }

    int size() {
        return partitions.size();
    }

    void update(Collection<SharedPartitionRef> added, Collection<SharedPartitionRef> forgotten) {
        partitions.addAll(added);
        partitions.removeAll(List.copyOf(forgotten));
    }

    /**
     * @param turn number of partitions to begin behind, so that each one is first in its turn
     * @return the partitions of the session
     */
    List<SharedPartitionRef> partitions(int turn) {
        List<SharedPartitionRef> all = new ArrayList<>(partitions);
        Collections.rotate(all, all.isEmpty() ? 0 : -Math.floorMod(turn, all.size()));
        return all;
    }
}
