// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.table.ApiPolicy;
import io.varve.server.cluster.Endpoint;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Settings of the network. Ranges are checked where the configuration is parsed.
 *
 * @param listeners {@code listeners}: where to listen, at least one
 * @param networkThreads {@code num.network.threads}: event loops, at least 1
 * @param sockets options of each socket
 * @param connections limits on connections
 * @param requests limits on requests in memory
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
     * Options of each socket.
     *
     * @param sendBufferBytes {@code socket.send.buffer.bytes}, or -1 to leave it to the operating system
     * @param receiveBufferBytes {@code socket.receive.buffer.bytes}, or -1 to leave it to the operating
     *     system
     * @param backlog {@code socket.listen.backlog.size}: connections the operating system queues until the
     *     server accepts them
     */
    public record Sockets(int sendBufferBytes, int receiveBufferBytes, int backlog) {
        /**
         * Kafka's defaults, but for the send buffer. The operating system makes one that takes an answer to a
         * fetch whole; with Kafka's 102400 bytes the event loop wakes up five times more for each MiB.
         */
        public static final Sockets DEFAULT = new Sockets(-1, 102_400, 50);
    }

    /**
     * Limits on connections.
     *
     * @param maxIdleMs {@code connections.max.idle.ms}: ms after which a connection without traffic is
     *     closed, at least 1
     * @param max {@code max.connections}: max open connections; at the limit none is accepted until one
     *     closes
     * @param maxPerIp {@code max.connections.per.ip}: max open connections from one address; further ones are
     *     closed at once
     * @param ofListeners {@code listener.name.<name>.max.connections}: max open connections of those
     *     listeners that have a limit of their own, by their names; at the limit the listener accepts none
     */
    public record Connections(long maxIdleMs, int max, int maxPerIp, Map<String, Integer> ofListeners) {
        /** Kafka's defaults. */
        public static final Connections DEFAULT = new Connections(600_000, Integer.MAX_VALUE, Integer.MAX_VALUE);

        /** Copies the map. */
        public Connections {
            ofListeners = Map.copyOf(ofListeners);
        }

        /** Limits listeners together only. */
        Connections(long maxIdleMs, int max, int maxPerIp) {
            this(maxIdleMs, max, maxPerIp, Map.of());
        }
    }

    /**
     * Limits on requests in memory. A connection at its own limit is not read from until responses have been
     * sent; at the shared limit no connection is. Requests that have begun are read to their end.
     *
     * @param maxBytes {@code socket.request.max.bytes}: max size of a request, in bytes; a larger one closes
     *     the connection
     * @param maxQueuedBytes {@code queued.max.request.bytes}: max bytes of unanswered requests, of all
     *     connections; -1 for a quarter of the max heap size (Kafka's -1 is no limit)
     * @param maxQueuedPerConnection max unanswered requests of one connection, at least 1
     * @param maxQueuedBytesPerConnection max bytes of unanswered requests of one connection
     * @param ioThreads {@code num.io.threads}: threads for requests that would block an event loop for too
     *     long; -1 for the number of processors, at least two
     * @param maxControlBytes {@code control.request.max.bytes}: max size of a request without records, of an
     *     ordinary API (see {@link ApiPolicy.Size}), in bytes
     */
    public record Requests(
            int maxBytes,
            long maxQueuedBytes,
            int maxQueuedPerConnection,
            long maxQueuedBytesPerConnection,
            int ioThreads,
            int maxControlBytes) {
        /** Kafka's defaults; the limits of one connection are high enough for pipelining producers. */
        public static final Requests DEFAULT =
                new Requests(100 * 1024 * 1024, -1, 256, 16 * 1024 * 1024, -1, 1024 * 1024);

        private static final int SHARE_OF_HEAP = 4;

        private static final int MIN_THREADS = 2;
        private static final int SMALL_DIVISOR = 16;
        private static final int LARGE_FACTOR = 4;
        private static final int MIN_SMALL_BYTES = 16 * 1024;

        /** @return {@link #ioThreads} with -1 resolved */
        int workerThreads() {
            return ioThreads > 0
                    ? ioThreads
                    : Math.max(MIN_THREADS, Runtime.getRuntime().availableProcessors());
        }

        /**
         * @param size the size class of an API
         * @return max size of its requests, in bytes
         */
        int bytes(ApiPolicy.Size size) {
            return switch (size) {
                case SMALL -> Math.min(maxBytes, Math.max(MIN_SMALL_BYTES, maxControlBytes / SMALL_DIVISOR));
                case ORDINARY -> Math.min(maxBytes, maxControlBytes);
                case LARGE -> (int) Math.min(maxBytes, (long) LARGE_FACTOR * maxControlBytes);
                case RECORDS -> maxBytes;
            };
        }

        /** @return {@link #maxQueuedBytes} with -1 resolved */
        long queuedBytesLimit() {
            return maxQueuedBytes >= 0 ? maxQueuedBytes : Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
        }
    }
}
