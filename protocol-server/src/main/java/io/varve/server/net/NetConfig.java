// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.table.ApiPolicy;
import io.varve.server.cluster.Endpoint;
import java.util.List;
import java.util.Objects;

/**
 * The network's settings. Ranges are checked where the configuration is parsed.
 *
 * @param listeners {@code listeners}: where to listen, at least one
 * @param networkThreads {@code num.network.threads}: event loops, at least 1
 * @param sockets what each socket gets
 * @param connections how many connections, and for how long
 * @param requests how much of their requests is in memory
 */
public record NetConfig(
        List<Endpoint> listeners, int networkThreads, Sockets sockets, Connections connections, Requests requests) {
    /** Kafka's {@code num.network.threads}. */
    public static final int DEFAULT_NETWORK_THREADS = 3;

    /** Copies the listeners. */
    public NetConfig {
        listeners = List.copyOf(listeners);
        Objects.requireNonNull(sockets, "sockets");
        Objects.requireNonNull(connections, "connections");
        Objects.requireNonNull(requests, "requests");
    }

    /**
     * Kafka's defaults.
     *
     * @param listeners where to listen
     * @return the settings
     */
    public static NetConfig of(Endpoint... listeners) {
        return new NetConfig(
                List.of(listeners), DEFAULT_NETWORK_THREADS, Sockets.DEFAULT, Connections.DEFAULT, Requests.DEFAULT);
    }

    /**
     * What each socket gets.
     *
     * @param sendBufferBytes {@code socket.send.buffer.bytes}, or -1 to leave it to the operating system
     * @param receiveBufferBytes {@code socket.receive.buffer.bytes}, or -1 to leave it to the operating
     *     system
     * @param backlog {@code socket.listen.backlog.size}: connections the system accepts before the server
     *     does
     */
    public record Sockets(int sendBufferBytes, int receiveBufferBytes, int backlog) {
        /** Kafka's defaults. */
        public static final Sockets DEFAULT = new Sockets(102_400, 102_400, 50);
    }

    /**
     * How many connections, and for how long.
     *
     * @param maxIdleMs {@code connections.max.idle.ms}: one on which nothing moves for so long is closed, in
     *     ms, at least 1
     * @param max {@code max.connections}: when so many are open no more are accepted until one closes
     * @param maxPerIp {@code max.connections.per.ip}: further ones from the same address are closed at once
     */
    public record Connections(long maxIdleMs, int max, int maxPerIp) {
        /** Kafka's defaults. */
        public static final Connections DEFAULT = new Connections(600_000, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /**
     * How much of peers' requests is in memory. A connection at its limit, and every connection when the
     * common limit is reached, is not read from until responses have been sent; requests begun are read to
     * their end.
     *
     * @param maxBytes {@code socket.request.max.bytes}: largest request, in bytes; a larger one closes the
     *     connection
     * @param maxQueuedBytes {@code queued.max.request.bytes}: bytes of requests read and not answered, of all
     *     connections; -1 for a quarter of the heap's limit (Kafka's -1 is no limit)
     * @param maxQueuedPerConnection requests read and not answered, of one connection, at least 1
     * @param maxQueuedBytesPerConnection bytes of requests read and not answered, of one connection
     * @param ioThreads {@code num.io.threads}: threads for requests that take longer than an event loop may
     *     stand still; -1 for as many as there are processors, two at least
     * @param maxControlBytes {@code control.request.max.bytes}: largest request without records, of an
     *     ordinary API (see {@link ApiPolicy.Size}), in bytes
     */
    public record Requests(
            int maxBytes,
            long maxQueuedBytes,
            int maxQueuedPerConnection,
            long maxQueuedBytesPerConnection,
            int ioThreads,
            int maxControlBytes) {
        /** Kafka's defaults, and for one connection what keeps pipelining producers busy. */
        public static final Requests DEFAULT =
                new Requests(100 * 1024 * 1024, -1, 256, 16 * 1024 * 1024, -1, 1024 * 1024);

        private static final int SHARE_OF_HEAP = 4;

        private static final int FEWEST_THREADS = 2;
        private static final int SMALLER = 16;
        private static final int LARGER = 4;
        private static final int LEAST_SMALL = 16 * 1024;

        /** @return {@link #ioThreads} with -1 resolved */
        int workerThreads() {
            return ioThreads > 0
                    ? ioThreads
                    : Math.max(FEWEST_THREADS, Runtime.getRuntime().availableProcessors());
        }

        /**
         * @param size how large requests of an API may be
         * @return the same in bytes
         */
        int bytes(ApiPolicy.Size size) {
            return switch (size) {
                case SMALL -> Math.min(maxBytes, Math.max(LEAST_SMALL, maxControlBytes / SMALLER));
                case ORDINARY -> Math.min(maxBytes, maxControlBytes);
                case LARGE -> (int) Math.min(maxBytes, (long) LARGER * maxControlBytes);
                case RECORDS -> maxBytes;
            };
        }

        /** @return {@link #maxQueuedBytes} with -1 resolved */
        long queuedBytesLimit() {
            return maxQueuedBytes >= 0 ? maxQueuedBytes : Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
        }
    }
}
