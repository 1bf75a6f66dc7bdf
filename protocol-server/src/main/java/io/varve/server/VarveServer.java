// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.CloseSteps;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Metrics.Readings;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageProvider;
import io.varve.server.api.TopicTraffic;
import io.varve.server.api.WorkQueue;
import io.varve.server.api.table.ApiTable;
import io.varve.server.api.table.HandlerContext;
import io.varve.server.api.table.HandlerLookup;
import io.varve.server.clock.FixedToMachine;
import io.varve.server.clock.ServerClock;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.cluster.Endpoint;
import io.varve.server.command.CommandLines;
import io.varve.server.config.ServerConfig;
import io.varve.server.config.StorageBackends;
import io.varve.server.coordinator.CoordinatorTime;
import io.varve.server.coordinator.TransactionVerifier.Admission;
import io.varve.server.group.GroupContext;
import io.varve.server.group.GroupReadings;
import io.varve.server.group.Groups;
import io.varve.server.http.Readiness;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.credential.StoredScramCredentials;
import io.varve.server.metadata.topic.NewTopic;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metrics.MachineReadings;
import io.varve.server.metrics.MetricsRoute;
import io.varve.server.metrics.PrometheusMetrics;
import io.varve.server.metrics.TopicReadings;
import io.varve.server.net.NetServer;
import io.varve.server.page.PageRoutes;
import io.varve.server.quota.MutationQuota;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.security.SecuredListeners;
import io.varve.server.security.access.Access;
import io.varve.server.security.access.AclAuthorizer;
import io.varve.server.security.sasl.SaslListeners;
import io.varve.server.share.Shares;
import io.varve.server.share.state.ShareStateContext;
import io.varve.server.share.state.ShareStates;
import io.varve.server.telemetry.ClientTelemetry;
import io.varve.server.txn.TransactionContext;
import io.varve.server.txn.TransactionCoordinatorService;
import io.varve.server.txn.Transactions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the parts of the server: ports, log, metadata, states of share groups, groups, transactions, in this
 * order. Stops the network first, so that requests under way are answered, then closes the parts.
 * Thread-safe.
 */
public final class VarveServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VarveServer.class);
    /**
     * Max ms in which an orderly stop answers requests. It leaves half of the five seconds of a stop to the
     * storage.
     */
    private static final long ANSWER_MS = 2_500;

    private final ServerConfig config;
    private final NetServer net;
    private final Optional<Web> web;
    private final BrokerState state;
    private final ClusterInfo self;
    private final Groups groups;
    private final Transactions transactions;
    private final Optional<AclAuthorizer> authorizer;
    private final ShareStates shareStates;
    private final Shares shares;
    private final SaslListeners sasl;
    private final Scheduler scheduler;
    private final QuotaThrottle throttle;
    private final AtomicBoolean closed = new AtomicBoolean();

    private VarveServer(
            ServerConfig config,
            Ports ports,
            BrokerState state,
            ServerTime serverTime,
            Ids ids,
            PrometheusMetrics metrics) {
        this.config = config;
        net = ports.net();
        web = ports.web();
        this.state = state;
        scheduler = serverTime.scheduler();
        Clock clock = serverTime.clock();
        CoordinatorTime time = serverTime.coordinators();
        ClusterMetadata metadata = state.metadata();
        sasl = SaslListeners.open(config.sasl(), new StoredScramCredentials(metadata.writer()::state), clock);
        self = self(config, net, metadata);
        authorizer = AclAuthorizer.start(config.access(), metadata, clock);
        Access access = authorizer.map(AclAuthorizer::access).orElse(Access.OPEN);
        shareStates = ShareStates.open(
                config.shareStates(),
                new ShareStateContext(self, metadata, config.metadata().losses(), time),
                metadata);
        // Groups and transactions call each other. Groups call transactions only for requests of clients,
        // which are served once both are open.
        groups = Groups.open(
                config.groups(),
                new GroupContext(
                        self,
                        metadata,
                        this::admit,
                        metadata::addConfigListener,
                        config.metadata().losses(),
                        time,
                        shareStates.persister(),
                        access.authorizer()),
                metadata);
        shares = new Shares(metadata, shareStates, groups.shareGroups().settings(), clock, scheduler);
        transactions = TransactionCoordinatorService.open(
                config.transactions(),
                new TransactionContext(
                        metadata,
                        groups.transactionalOffsets(),
                        metadata.producerIds(),
                        config.metadata().losses(),
                        time,
                        state.failPoints()),
                metadata);
        throttle = new QuotaThrottle(clock, config.throttle());
        metadata.addConfigListener(new DynamicBrokerConfig(
                        metadata.brokerConfigs(),
                        net,
                        state.engine(),
                        throttle,
                        new WorkQueue(scheduler, "hosts-of-quotas", 1)))
                .join();
        ClientTelemetry telemetry = new ClientTelemetry(clock);
        metadata.addConfigListener(telemetry).join();
        TopicTraffic traffic = new TopicTraffic(metadata);
        List.<Consumer<Readings>>of(
                        traffic::read,
                        access::read,
                        sasl::read,
                        new TopicReadings(metadata),
                        new GroupReadings(groups, metadata),
                        new MachineReadings(
                                CommandLines.version(),
                                config.storage().backend(),
                                config.storage().directories()))
                .forEach(metrics::read);
        HandlerContext context = new HandlerContext(
                self,
                metadata,
                state.engine(),
                groups,
                transactions,
                shareStates,
                shares,
                access,
                new HandlerContext.Settings(
                        config.fetch(), config.groups(), config.storage().directories()),
                new HandlerContext.Runtime(
                        clock, scheduler, ids, shownClock(serverTime), telemetry, throttle, traffic));
        HandlerLookup handlers = ApiTable.serve(context);
        net.serve(handlers, throttle, sasl, scheduler, metrics);
        web.ifPresent(opened -> serve(opened, handlers, clock, metrics));
    }

    private static boolean isOpenToAll(ServerConfig config) {
        return config.net().listeners().stream()
                .map(each -> config.security().get(each.listener()))
                .allMatch(each -> each.protocol() == SecurityProtocol.PLAINTEXT);
    }

    private void serve(Web opened, HandlerLookup handlers, Clock clock, PrometheusMetrics metrics) {
        Readiness ready = new ServerReadiness(state.metadata(), closed::get);
        PageRoutes.Sources sources = new PageRoutes.Sources(
                handlers,
                clock,
                scheduler,
                net::clients,
                isOpenToAll(config) ? Optional.empty() : Optional.of(sasl.passwords()),
                state.metadata(),
                ready,
                config.storage().backend(),
                opened.problems());
        opened.serve(
                ready,
                PageRoutes.of(sources, new MetricsRoute(metrics), config.http().openMetrics()));
    }

    /**
     * Starts the server.
     *
     * @param config the validated configuration
     * @param clock the only source of time
     * @param scheduler the only source of threads; closed with the server
     * @param ids the only source of randomness
     * @return the server, which answers requests
     * @throws io.varve.core.VarveException if the server cannot start; nothing stays open then, and the
     *     message is for the user
     */
    public static VarveServer start(ServerConfig config, Clock clock, Scheduler scheduler, Ids ids) {
        config.warnings().forEach(LOG::warn);
        SecuredListeners security = SecuredListeners.open(config.security().values(), clock);
        StorageProvider backend = StorageBackends.named(config.storage().backend());
        // Bind the ports first: a second server must fail before it recovers the directories of the first.
        ServerTime time = ServerTime.of(config.virtualClock(), clock, scheduler);
        Ports ports = Ports.bind(config, security, time);
        try {
            security.watch(scheduler);
            PrometheusMetrics metrics = new PrometheusMetrics(time.clock());
            BrokerState state = BrokerState.open(config, backend, time, ids, metrics);
            try {
                return new VarveServer(config, ports, state, time, ids, metrics);
            } catch (RuntimeException e) {
                state.close();
                throw e;
            }
        } catch (RuntimeException e) {
            ports.close();
            time.scheduler().close();
            throw e;
        }
    }

    /** @return the clock as clients see it */
    private ServerClock shownClock(ServerTime time) {
        if (time.movable().isEmpty()) {
            return new FixedToMachine();
        }
        return new VirtualClock(
                time.movable().get(),
                state.metadata(),
                () -> new Settlement(
                        state.metadata(),
                        state.engine(),
                        groups,
                        transactions,
                        config.engine().compaction().enabled(),
                        time.clock()));
    }

    private CompletableFuture<Map<TopicPartition, Errors>> admit(
            String transactionalId,
            long producerId,
            short producerEpoch,
            List<TopicPartition> partitions,
            Admission admission) {
        return transactions.admit(transactionalId, producerId, producerEpoch, partitions, admission);
    }

    /** @return this node, with the bound port in place of port 0 */
    private static ClusterInfo self(ServerConfig config, NetServer net, ClusterMetadata metadata) {
        Map<String, Integer> ports = new HashMap<>();
        net.listeners().forEach(bound -> ports.putIfAbsent(bound.listener(), bound.port()));
        List<Endpoint> endpoints = config.advertised().stream()
                .map(endpoint -> new Endpoint(
                        endpoint.listener(),
                        endpoint.host(),
                        endpoint.port() > 0 ? endpoint.port() : ports.get(endpoint.listener())))
                .toList();
        return new ClusterInfo(
                metadata.clusterId(),
                config.metadata().nodeId(),
                endpoints,
                config.metadata().rack());
    }

    /** @return where clients connect, one endpoint for each listener, with the ports that were bound */
    public List<Endpoint> endpoints() {
        return self.endpoints();
    }

    /** @return where HTTP is served, with the ports that were bound; none if it is off */
    public List<Endpoint> httpEndpoints() {
        return web.map(opened -> opened.http().listeners()).orElse(List.of());
    }

    /**
     * Creates a topic, as a client would.
     *
     * @param name its name
     * @param partitions how many, at least 1
     * @param configs its own settings
     * @return completes when the topic is durable and served; fails with Kafka's
     *     {@link org.apache.kafka.common.errors.ApiException} that says why it was refused
     */
    public CompletableFuture<Void> createTopic(String name, int partitions, Map<String, String> configs) {
        NewTopic wanted = new NewTopic(name, partitions, NewTopic.BROKER_DEFAULT, Map.of(), configs);
        return state.metadata()
                .createTopics(List.of(wanted), false, MutationQuota.UNBOUNDED)
                .thenAccept(results -> {
                    ApiError error = results.get(0).error();
                    if (error.isFailure()) {
                        throw error.exception();
                    }
                });
    }

    /** @return one line for the log: endpoints, storage, topics, and how long the recovery took */
    public String summary() {
        String listeners = Stream.concat(self.endpoints().stream(), httpEndpoints().stream())
                .map(Endpoint::toString)
                .collect(Collectors.joining(", "));
        String directories =
                config.storage().directories().stream().map(Path::toString).collect(Collectors.joining(", "));
        List<Topic> topics = state.metadata().all().stream()
                .filter(topic -> !topic.internal())
                .toList();
        return String.format(
                "ready on %s: %s storage in %s, %s with %s of clients%s, recovered in %d ms",
                listeners,
                config.storage().backend(),
                directories,
                count(topics.size(), "topic"),
                count(topics.stream().mapToInt(Topic::count).sum(), "partition"),
                opening(topics),
                state.recoveryMs());
    }

    private static String opening(List<Topic> topics) {
        int closed = topics.stream()
                .mapToInt(topic -> topic.count() - topic.open().size())
                .sum();
        return closed == 0 ? "" : " (" + closed + " not open yet)";
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    /** Stops: accepts no more connections, answers the begun requests, makes all data durable. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            CloseSteps.run(List.of(
                    () -> net.stop(ANSWER_MS),
                    this::forgetQuotas,
                    () -> web.ifPresent(Web::close),
                    sasl::close,
                    transactions::close,
                    shares::close,
                    groups::close,
                    shareStates::close,
                    () -> authorizer.ifPresent(AclAuthorizer::close),
                    state::close,
                    scheduler::close));
        }
    }

    /** Ends the look-up of hosts by name, which may wait for the network again and again. */
    private void forgetQuotas() {
        throttle.enforce(Map.of());
    }
}
