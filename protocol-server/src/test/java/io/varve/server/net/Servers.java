// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.api.ApiVersionRange;
import io.varve.server.api.cluster.ApiVersionsHandler;
import io.varve.server.api.cluster.Features;
import io.varve.server.api.table.HandlerLookup;
import io.varve.server.api.table.ServedApi;
import io.varve.server.cluster.Endpoint;
import io.varve.server.net.NetConfig.Connections;
import io.varve.server.net.NetConfig.Requests;
import io.varve.server.net.NetConfig.Sockets;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.quota.ThrottleConfig;
import io.varve.server.security.SecuredListeners;
import io.varve.server.security.sasl.SaslListeners;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBrokerCollection;
import org.apache.kafka.common.protocol.ApiKeys;

/** Servers for tests, on free ports of the loopback address. */
final class Servers {
    static final Features FEATURES = Features.initial();

    /** Makes worker threads only, which end with their server. */
    static final Scheduler SCHEDULER = new SystemScheduler(1);

    private Servers() {}

    static NetConfig config(Connections connections, Requests requests) {
        return new NetConfig(
                List.of(new Endpoint("PLAINTEXT", "127.0.0.1", 0)), 2, Sockets.DEFAULT, connections, requests);
    }

    static NetServer start(ScriptedHandler... handlers) {
        return start(config(Connections.DEFAULT, Requests.DEFAULT), NettyTransport.best(), handlers);
    }

    static NetServer start(NetConfig config, NettyTransport transport, ScriptedHandler... handlers) {
        return start(config, transport, Metrics.NONE, handlers);
    }

    static NetServer start(NetConfig config, NettyTransport transport, Metrics metrics, ScriptedHandler... handlers) {
        return start(config, SecuredListeners.plaintext(), transport, noQuotas(), metrics, handlers);
    }

    static NetServer start(
            NetConfig config, SecuredListeners security, NettyTransport transport, ScriptedHandler... handlers) {
        return start(config, security, transport, noQuotas(), Metrics.NONE, handlers);
    }

    static NetServer start(QuotaThrottle throttle, ScriptedHandler... handlers) {
        NetConfig config = config(Connections.DEFAULT, Requests.DEFAULT);
        return start(config, SecuredListeners.plaintext(), NettyTransport.best(), throttle, Metrics.NONE, handlers);
    }

    private static NetServer start(
            NetConfig config,
            SecuredListeners security,
            NettyTransport transport,
            QuotaThrottle throttle,
            Metrics metrics,
            ScriptedHandler... handlers) {
        NetServer server = NetServer.bind(config, security, Clock.system(), transport);
        server.serve(served(handlers), throttle, SaslListeners.NONE, SCHEDULER, metrics);
        return server;
    }

    /** @return the APIs of some handlers, and ApiVersions, which tells of them */
    static HandlerLookup served(ScriptedHandler... handlers) {
        List<ServedApi> served = new ArrayList<>();
        List<ApiVersionRange> versions = new ArrayList<>();
        for (ScriptedHandler handler : handlers) {
            served.add(handler.served());
            versions.add(handler.served().versions());
        }
        ApiKeys api = ApiKeys.API_VERSIONS;
        ApiVersionRange ofItself = new ApiVersionRange(api, api.oldestVersion(), api.latestVersion());
        versions.add(ofItself);
        versions.sort(Comparator.comparing(ApiVersionRange::api));
        served.add(new ServedApi(ofItself, new ApiVersionsHandler(versions, () -> FEATURES)));
        return new HandlerLookup(served);
    }

    /** @return counts nothing */
    static QuotaThrottle noQuotas() {
        return new QuotaThrottle(Clock.system(), ThrottleConfig.DEFAULT);
    }

    static int port(NetServer server) {
        return server.listeners().get(0).port();
    }

    /** A cluster of the one server, without topics. */
    static ScriptedHandler metadata(int port) {
        return ScriptedHandler.answering(
                ApiKeys.METADATA,
                request -> new MetadataResponseData()
                        .setClusterId("test-cluster")
                        .setControllerId(1)
                        .setBrokers(brokers(port)));
    }

    private static MetadataResponseBrokerCollection brokers(int port) {
        MetadataResponseBrokerCollection brokers = new MetadataResponseBrokerCollection();
        brokers.add(
                new MetadataResponseBroker().setNodeId(1).setHost("127.0.0.1").setPort(port));
        return brokers;
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.orTimeout(60, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw new AssertionError("no answer", e.getCause());
        }
    }
}
