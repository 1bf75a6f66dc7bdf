// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.core.runtime.Metric;
import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.NotedMetrics;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests what is told of requests and connections. */
@Timeout(180)
class NetMetricsTest {
    private final NotedMetrics metrics = new NotedMetrics();
    private final CompletableFuture<ApiMessage> answer = new CompletableFuture<>();

    private NetServer start() {
        return start(metrics);
    }

    private NetServer start(Metrics metrics) {
        return Servers.start(
                Servers.config(NetConfig.Connections.DEFAULT, NetConfig.Requests.DEFAULT),
                NettyTransport.best(),
                metrics,
                new ScriptedHandler(ApiKeys.LIST_GROUPS, request -> answer));
    }

    @Test
    void aRequestTellsItsTimeItsBytesAndItsErrors() throws Exception {
        byte[] request = RawClient.frame(ApiKeys.LIST_GROUPS, (short) 4, 0, new ListGroupsRequestData());
        try (NetServer server = start();
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(request);
            Await.until("the request", () -> metrics.value("varve_requests_in_flight") == 1);
            assertThat(metrics.value("varve_request_memory_bytes", "other")).isPositive();
            assertThat(metrics.value("varve_connections", "unknown", "unknown")).isEqualTo(1);
            answer.complete(new ListGroupsResponseData().setErrorCode(Errors.COORDINATOR_LOAD_IN_PROGRESS.code()));
            byte[] received = client.receive().array();
            Await.until("its end", () -> metrics.value("varve_requests_in_flight") == 0);
            List<Double> seconds = metrics.values("varve_request_seconds", "ListGroups");
            assertThat(seconds).hasSize(1).allSatisfy(time -> assertThat(time).isBetween(0.0, 180.0));
            assertThat(metrics.value("varve_request_bytes_total", "ListGroups"))
                    .isBetween(request.length - 4.0, (double) request.length);
            assertThat(metrics.value("varve_response_bytes_total", "ListGroups"))
                    .isEqualTo(received.length + 4);
            assertThat(metrics.value("varve_response_errors_total", "ListGroups", "COORDINATOR_LOAD_IN_PROGRESS"))
                    .isEqualTo(1);
            assertThat(metrics.value("varve_connections_accepted_total")).isEqualTo(1);
        }
    }

    @Test
    void nobodyIsConnectedAtFirst() {
        try (NetServer server = start()) {
            assertThat(Servers.port(server)).isPositive();
            assertThat(metrics.value("varve_connections", "unknown", "unknown")).isZero();
        }
    }

    @Test
    void aRequestWhoseClientLeavesIsNotInFlight() throws Exception {
        try (NetServer server = start()) {
            try (RawClient client = new RawClient(Servers.port(server))) {
                client.send(RawClient.frame(ApiKeys.LIST_GROUPS, (short) 4, 0, new ListGroupsRequestData()));
                Await.until("the request", () -> metrics.value("varve_requests_in_flight") == 1);
            }
            Await.until("its end", () -> metrics.value("varve_requests_in_flight") == 0);
        }
    }

    @Test
    void aMetricThatFailsDecidesNoAnswer() throws Exception {
        Metrics failing = new Metrics() {
            @Override
            public Counter counter(Metric metric, String... labels) {
                if (metric == NetMetrics.ERRORS) {
                    throw new IllegalStateException("no counter");
                }
                return metrics.counter(metric, labels);
            }

            @Override
            public Distribution distribution(Metric metric, String... labels) {
                return metrics.distribution(metric, labels);
            }

            @Override
            public void read(Consumer<Readings> reader) {
                metrics.read(reader);
            }
        };
        answer.complete(new ListGroupsResponseData().setErrorCode(Errors.COORDINATOR_LOAD_IN_PROGRESS.code()));
        try (NetServer server = start(failing);
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(RawClient.frame(ApiKeys.LIST_GROUPS, (short) 4, 0, new ListGroupsRequestData()));
            ListGroupsResponseData answered = (ListGroupsResponseData)
                    client.receive(ApiKeys.LIST_GROUPS, (short) 4).data();
            assertThat(answered.errorCode()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS.code());
        }
    }

    @Test
    void bytesThatAreNoRequestAreCounted() throws Exception {
        try (NetServer server = start();
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(new byte[] {0, 0, 0, 2, 1, 1});
            Await.until("the count", () -> metrics.value("varve_connections_malformed_total") == 1);
            assertThat(metrics.value("varve_connections_failed_total")).isZero();
        }
    }

    @Test
    void whatIsMeasuredIsListed() {
        assertThat(NetMetrics.all()).doesNotHaveDuplicates().hasSizeGreaterThan(10);
    }
}
