// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.server.clients.ClientUse;
import io.varve.server.clients.ClientsResource;
import io.varve.server.http.HttpCall;
import io.varve.server.http.Readiness;
import io.varve.server.logging.RecentProblems;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.protocol.ApiKeys;

/** The server as a whole: what it is and whether it is well, who is connected, what it has logged. */
final class ServerContent {
    private final Readiness ready;
    private final String storage;
    private final RecentProblems problems;

    /**
     * @param ready whether clients can read and write
     * @param storage name of the storage backend
     * @param problems what was logged
     */
    ServerContent(Readiness ready, String storage, RecentProblems problems) {
        this.ready = ready;
        this.storage = storage;
        this.problems = problems;
    }

    /** {@code /api/server}. */
    void overview(HttpCall call, OwnRequests server, ObjectNode answer) {
        DescribeClusterResponseData cluster = server.ask(
                ApiKeys.DESCRIBE_CLUSTER, new DescribeClusterRequestData(), DescribeClusterResponseData.class);
        JsonRoute.check(cluster.errorCode(), cluster.errorMessage());
        answer.put("cluster", cluster.clusterId())
                .put("storage", storage)
                .put("version", version())
                .put("user", server.principal().getName());
        cluster.brokers()
                .forEach(node -> answer.put("node", node.brokerId()).put("address", node.host() + ":" + node.port()));
        ArrayNode reasons = answer.putArray("notReady");
        ready.reasons().forEach(reasons::add);
        ArrayNode directories = answer.putArray("directories");
        DescribeLogDirsResponseData described = TopicsContent.directories(server);
        for (DescribeLogDirsResult each : described.results()) {
            directories
                    .addObject()
                    .put("path", each.logDir())
                    .put("total", each.totalBytes())
                    .put("free", each.usableBytes());
        }
    }

    private static String version() {
        String version = ServerContent.class.getPackage().getImplementationVersion();
        return version == null ? "not from a jar" : version;
    }

    /** {@code /api/clients}. */
    void clients(HttpCall call, OwnRequests server, ObjectNode answer) {
        String json = SettingsContent.describe(server, ConfigResource.Type.TOPIC, ClientsResource.NAME)
                .configs()
                .get(0)
                .value();
        List<ClientUse> clients = ClientsResource.read(json);
        ArrayNode array = answer.putArray("clients");
        clients.stream()
                .sorted(Comparator.comparing(ClientUse::clientId).thenComparing(ClientUse::address))
                .forEach(client -> {
                    ObjectNode node = array.addObject()
                            .put("address", client.address())
                            .put("clientId", client.clientId())
                            .put("software", client.software());
                    ArrayNode refused = node.putArray("refusedByKafka4");
                    client.refusedByKafka4().forEach(refused::add);
                    ObjectNode versions = node.putObject("versions");
                    client.versions().forEach((api, used) -> versions.put(api.name, used.toString()));
                });
    }

    /** {@code /api/problems}. */
    void problems(HttpCall call, OwnRequests server, ObjectNode answer) {
        // Log lines are for those who may see the broker's settings.
        SettingsContent.describeBroker(server);
        ArrayNode array = answer.putArray("problems");
        problems.newestFirst()
                .forEach(problem -> array.addObject()
                        .put("time", problem.timeMs())
                        .put("level", problem.level())
                        .put("logger", problem.logger())
                        .put("message", problem.message()));
    }
}
