// SPDX-License-Identifier: Apache-2.0
package io.varve.server.format;

import io.varve.core.engine.LogEngine;
import io.varve.core.event.EventLog;
import io.varve.core.event.EventLog.Preparation;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.StorageContext;
import io.varve.server.config.Installation;
import io.varve.server.config.ServerConfig;
import io.varve.server.config.StorageBackends;
import io.varve.server.config.StorageConfig;
import io.varve.server.error.KafkaErrors;
import io.varve.server.metadata.credential.NewScramCredential;
import io.varve.server.metadata.log.MetadataLog;
import io.varve.server.metadata.log.MetadataRecordCodec;
import io.varve.server.metadata.log.MetadataState;
import io.varve.server.metadata.start.BootstrapCluster;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Opens the storage that a configuration names, while no server runs on it. Used by one thread, which closes
 * it.
 */
final class ConfiguredStorage implements AutoCloseable {
    private static final int BACKGROUND_THREADS = 2;
    /** A format is durable before it is reported, whatever the configuration says of records. */
    private static final List<String> DURABLE = List.of("log.durability=sync");

    /** Opens no partition: a storage is formatted before there is one. */
    private static final Preparation<MetadataState> NOTHING = new Preparation<>() {
        @Override
        public boolean waits(MetadataState inForce, MetadataState next) {
            return false;
        }

        @Override
        public Runnable prepare(MetadataState before, MetadataState next) {
            return () -> {};
        }
    };

    /**
     * Whose a storage is.
     *
     * @param clusterId the cluster's id
     * @param nodeId the node's id
     */
    record Owner(String clusterId, int nodeId) {}

    private final ServerConfig config;
    private final Clock clock = Clock.system();
    private final SystemScheduler scheduler = new SystemScheduler(BACKGROUND_THREADS);
    private final LogEngine engine;

    private ConfiguredStorage(ServerConfig config, FailPoints failPoints) {
        this.config = config;
        StorageConfig storage = config.storage();
        StorageContext context = new StorageContext(
                storage.directories(), storage.properties(), clock, scheduler, Ids.random(), failPoints);
        try {
            engine = LogEngine.open(StorageBackends.named(storage.backend()), context, config.engine());
        } catch (RuntimeException e) {
            scheduler.close();
            throw e;
        }
    }

    /** @return the configuration as the server reads it */
    static ServerConfig read(Path file) {
        ServerConfig config = ServerConfig.load(file, DURABLE, Installation.state());
        StorageConfig storage = config.storage();
        StorageBackends.requireOwn(storage.directories(), StorageBackends.named(storage.backend()));
        return config;
    }

    /**
     * Opens it, and makes its directories if they are absent.
     *
     * @throws io.varve.core.VarveException if it cannot be opened, or a server has it open
     */
    static ConfiguredStorage open(ServerConfig config) {
        return open(config, new FailPoints());
    }

    /** @param failPoints lets a test fail what is written */
    static ConfiguredStorage open(ServerConfig config, FailPoints failPoints) {
        return new ConfiguredStorage(config, failPoints);
    }

    /** @return whose it is, or empty if it is not formatted yet */
    Optional<Owner> owner() {
        if (!engine.stored().contains(MetadataLog.PARTITION)) {
            return Optional.empty();
        }
        MetadataState state = state();
        return Optional.ofNullable(state.clusterId())
                .map(id -> new Owner(
                        id,
                        state.image().cluster().brokers().keySet().stream()
                                .findFirst()
                                .orElse(config.metadata().nodeId())));
    }

    /** @return the metadata as it is stored */
    MetadataState state() {
        return replayed().state();
    }

    private MetadataLog.Replayed replayed() {
        return MetadataLog.replay(engine, codec(), config.metadata().topics().tiered(), scheduler);
    }

    private MetadataRecordCodec codec() {
        return new MetadataRecordCodec(clock);
    }

    /**
     * Gives the cluster its id, durably, and whatever else a first start does.
     *
     * @param clusterId the id
     * @param users the credentials of the first users
     * @throws io.varve.core.VarveException if it cannot be written, or is another node's
     */
    void format(String clusterId, List<NewScramCredential> users) {
        MetadataLog.Replayed found = replayed();
        MetadataLog.checkNode(found.state(), config.metadata().nodeId());
        BootstrapCluster bootstrap = new BootstrapCluster(
                config.metadata().nodeId(), config.metadata().rack(), clusterId, Ids.random());
        try (EventLog<MetadataState, ApiMessageAndVersion> events = new EventLog<>(
                found.log(), codec(), MetadataState::apply, found.state(), NOTHING, states -> {}, scheduler)) {
            events.submit(new FormatCluster(bootstrap, users)).join();
        } catch (CompletionException e) {
            throw KafkaErrors.unwrap(e) instanceof RuntimeException cause ? cause : e;
        }
    }

    @Override
    public void close() {
        engine.close();
        scheduler.close();
    }
}
