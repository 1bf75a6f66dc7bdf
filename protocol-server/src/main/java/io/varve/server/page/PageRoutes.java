// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.api.table.Dispatcher;
import io.varve.server.api.table.HandlerLookup;
import io.varve.server.clients.ClientUse;
import io.varve.server.http.HttpCall;
import io.varve.server.http.HttpRoute;
import io.varve.server.http.Readiness;
import io.varve.server.logging.RecentProblems;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.security.sasl.PasswordCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/** The routes of the page and of the JSON behind it. */
public final class PageRoutes {
    /**
     * What the page shows a server by.
     *
     * @param handlers the handlers of Kafka's protocol
     * @param clock the only source of time
     * @param scheduler the only source of threads
     * @param peers who is connected
     * @param login verifies passwords, where clients have to prove who they are; empty where nobody has to
     * @param topics the topics there are, for the charts of what came to them
     * @param ready whether clients can read and write
     * @param storage name of the storage backend
     * @param problems what was logged
     */
    public record Sources(
            HandlerLookup handlers,
            Clock clock,
            Scheduler scheduler,
            Supplier<List<ClientUse>> peers,
            Optional<PasswordCheck> login,
            Topics topics,
            Readiness ready,
            String storage,
            RecentProblems problems) {}

    private PageRoutes() {}

    /**
     * Makes the routes.
     *
     * @param sources what they show
     * @param metrics serves the metrics; where clients have to prove who they are, to whoever may describe
     *     the cluster
     * @param openMetrics whether to serve them to everybody
     * @return the routes, thread-safe each
     */
    public static List<HttpRoute> of(Sources sources, HttpRoute metrics, boolean openMetrics) {
        Dispatcher dispatcher = new Dispatcher(sources.handlers(), sources.clock());
        BiFunction<HttpCall, KafkaPrincipal, OwnRequests> requests = (call, principal) -> new OwnRequests(
                dispatcher,
                new PageConnection(
                        principal, call.client().getAddress(), sources.clock(), sources.scheduler(), sources.peers()),
                sources.clock(),
                call.arrivedNanos());
        Callers callers = sources.login()
                .<Callers>map(login -> new PasswordCallers(login, requests, sources.clock()))
                .orElse(call -> requests.apply(call, call.certified().orElse(KafkaPrincipal.ANONYMOUS)));
        ServerContent server = new ServerContent(sources.ready(), sources.storage(), sources.problems());
        RateHistory rates = RateHistory.begin(sources.topics(), sources.clock(), sources.scheduler());
        TopicListContent topics = new TopicListContent(rates);
        List<HttpRoute> routes = new ArrayList<>(Assets.routes(callers));
        routes.addAll(List.of(
                new JsonRoute("/api/server", callers, server::overview),
                new JsonRoute("/api/clients", callers, server::clients),
                new JsonRoute("/api/problems", callers, server::problems),
                new JsonRoute("/api/settings", callers, SettingsContent::broker),
                new JsonRoute("/api/topics", callers, topics::write),
                new JsonRoute("/api/names", callers, TopicListContent::names),
                new JsonRoute("/api/topic", callers, TopicsContent::one),
                new JsonRoute("/api/messages", callers, new RecordsOnLoopback(MessagesContent::write)),
                new JsonRoute("/api/segments", callers, SegmentsContent::write),
                new JsonRoute("/api/groups", callers, GroupsContent::all),
                new JsonRoute("/api/group", callers, GroupsContent::one)));
        boolean guarded = sources.login().isPresent() && !openMetrics;
        routes.add(guarded ? new GuardedRoute(metrics, callers, "http.metrics.open=true") : metrics);
        return routes;
    }
}
