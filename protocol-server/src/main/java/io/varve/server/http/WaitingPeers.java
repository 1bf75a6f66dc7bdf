// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import io.netty.channel.Channel;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Knows which connections the server waits for, and since when, so that a new one can take the place of the
 * one that is missed least. Confined to the event loop.
 */
final class WaitingPeers {
    /** What the server waits for, begun with what ends first when there are too many connections. */
    enum Awaited {
        /** The first request: the peer has sent none that was whole. */
        FIRST_REQUEST,
        /** A further request. */
        NEXT_REQUEST,
        /** That the peer takes an answer. */
        RECEIPT
    }

    private final Map<Awaited, Set<Channel>> byWhat = new EnumMap<>(Awaited.class);

    WaitingPeers() {
        for (Awaited what : Awaited.values()) {
            byWhat.put(what, new LinkedHashSet<>());
        }
    }

    /** Notes that the server waits for this connection from now on, and for nothing else of it. */
    void await(Channel channel, Awaited what) {
        remove(channel);
        byWhat.get(what).add(channel);
    }

    /** Notes that the server works for this connection, or that it is closed. */
    void remove(Channel channel) {
        byWhat.values().forEach(channels -> channels.remove(channel));
    }

    /** @return takes out the one that is missed least; null if the server works for all of them */
    Channel poll() {
        for (Set<Channel> channels : byWhat.values()) {
            Iterator<Channel> longest = channels.iterator();
            if (longest.hasNext()) {
                Channel channel = longest.next();
                longest.remove();
                return channel;
            }
        }
        return null;
    }
}
