// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageProvider;
import io.varve.server.config.ConfigError;
import io.varve.server.config.Endpoint;
import io.varve.server.config.ServerConfig;
import io.varve.server.config.StorageSettings;
import io.varve.server.group.Groups;
import io.varve.server.group.HostedGroups;
import io.varve.server.metadata.ClusterInfo;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.net.NetServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole server: network, groups, metadata and log, opened in order and closed in reverse. Thread-safe. */
public final class VarveServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VarveServer.class);
    /** Of the five seconds an orderly stop may take; the rest is for the storage. */
    private static final long ANSWER_MS = 2_500;

    private final NetServer net;
    private final Rooms rooms;
    private final Groups groups;
    private final Scheduler scheduler;

    private VarveServer(NetServer net, Rooms rooms, Groups groups, Scheduler scheduler) {
        this.net = net;
        this.rooms = rooms;
        this.groups = groups;
        this.scheduler = scheduler;
    }

    /**
     * Starts the server.
     *
     * @param config the checked configuration
     * @param clock the only source of time
     * @param scheduler the only source of threads; closed with the server
     * @param ids the only source of randomness
     * @return the server, answering
     * @throws io.varve.core.VarveException if it cannot start; nothing stays open then, and the message is for the user
     */
    public static VarveServer start(ServerConfig config, Clock clock, Scheduler scheduler, Ids ids) {
        config.warnings().forEach(LOG::warn);
        StorageProvider backend = backend(config.storage());
        long begun = clock.nanos();
        // The ports come first: two servers must not recover the same directory to find that only one can listen.
        NetServer net = NetServer.bind(config.net(), clock);
        try {
            Rooms rooms = Rooms.open(config, backend, clock, scheduler, ids);
            long recovered = TimeUnit.NANOSECONDS.toMillis(clock.nanos() - begun);
            ClusterInfo self = self(config, net, rooms.metadata());
            Groups groups =
                    HostedGroups.open(config.groups(), self, rooms.metadata(), rooms.metadata(), clock, scheduler);
            net.serve(Apis.table(config, rooms.metadata(), groups, self, clock, ids));
            announce(config, self, rooms, recovered);
            return new VarveServer(net, rooms, groups, scheduler);
        } catch (RuntimeException e) {
            net.close();
            throw e;
        }
    }

    private static StorageProvider backend(StorageSettings settings) {
        TreeMap<String, StorageProvider> backends = new TreeMap<>();
        ServiceLoader.load(StorageProvider.class).forEach(provider -> backends.put(provider.name(), provider));
        StorageProvider chosen = backends.get(settings.backend());
        if (chosen == null) {
            throw new ConfigError("storage.backend=" + settings.backend() + " is wrong: must be one of "
                    + String.join(", ", backends.keySet()) + " (the backends on the class path)");
        }
        return chosen;
    }

    /** A server told to take any free port tells clients the one it got. */
    private static ClusterInfo self(ServerConfig config, NetServer net, ClusterMetadata metadata) {
        Map<String, Integer> ports = new HashMap<>();
        net.listeners().forEach(listener -> ports.putIfAbsent(listener.name(), listener.port()));
        List<ClusterInfo.Address> addresses = config.advertised().stream()
                .map(endpoint -> new ClusterInfo.Address(
                        endpoint.listener(),
                        endpoint.host(),
                        endpoint.port() > 0 ? endpoint.port() : ports.get(endpoint.listener())))
                .toList();
        return new ClusterInfo(
                metadata.clusterId(),
                config.metadata().nodeId(),
                addresses,
                config.metadata().rack());
    }

    private static void announce(ServerConfig config, ClusterInfo self, Rooms rooms, long recoveredMs) {
        String listeners = self.addresses().stream()
                .map(address -> new Endpoint(address.listener(), address.host(), address.port()).toString())
                .collect(Collectors.joining(", "));
        LOG.info(
                "Varve is ready on {}: {} storage in {}, {} partitions, recovered in {} ms",
                listeners,
                config.storage().backend(),
                config.storage().directories().stream().map(Object::toString).collect(Collectors.joining(", ")),
                rooms.engine().stored().size(),
                recoveredMs);
    }

    /** Stops: accepts nothing more, answers what was begun, makes everything durable. Idempotent. */
    @Override
    public void close() {
        net.stop(ANSWER_MS);
        groups.close();
        rooms.close();
        scheduler.close();
    }
}
