// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.server.http.HttpCall;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/** Settings with their sources, as DescribeConfigs shows them: secrets have no value. */
final class SettingsContent {
    private SettingsContent() {}

    /** {@code /api/settings}: the broker's. */
    static void broker(HttpCall call, OwnRequests server, ObjectNode answer) {
        write(describeBroker(server), answer.putArray("settings"));
    }

    /** @return what DescribeConfigs answers about this broker; refuses the call if it may not know */
    static DescribeConfigsResult describeBroker(OwnRequests server) {
        DescribeClusterResponseData cluster = server.ask(
                ApiKeys.DESCRIBE_CLUSTER, new DescribeClusterRequestData(), DescribeClusterResponseData.class);
        JsonRoute.check(cluster.errorCode(), cluster.errorMessage());
        String node = Integer.toString(cluster.brokers().iterator().next().brokerId());
        return describe(server, ConfigResource.Type.BROKER, node);
    }

    /**
     * Describes a resource.
     *
     * @param server asks in the caller's name
     * @param type the resource's type
     * @param name its name
     * @param settings gets one object for each setting, in the order of their names
     */
    static void write(OwnRequests server, ConfigResource.Type type, String name, ArrayNode settings) {
        write(describe(server, type, name), settings);
    }

    private static void write(DescribeConfigsResult described, ArrayNode settings) {
        described.configs().stream()
                .sorted(Comparator.comparing(DescribeConfigsResourceResult::name))
                .forEach(each -> write(each, settings.addObject()));
    }

    /** @return what DescribeConfigs answers about a resource; refuses the call if it cannot be described */
    static DescribeConfigsResult describe(OwnRequests server, ConfigResource.Type type, String name) {
        DescribeConfigsRequestData request = new DescribeConfigsRequestData()
                .setIncludeDocumentation(true)
                .setResources(List.of(
                        new DescribeConfigsResource().setResourceType(type.id()).setResourceName(name)));
        DescribeConfigsResult result = server.ask(ApiKeys.DESCRIBE_CONFIGS, request, DescribeConfigsResponseData.class)
                .results()
                .get(0);
        JsonRoute.check(result.errorCode(), result.errorMessage());
        return result;
    }

    private static void write(DescribeConfigsResourceResult setting, ObjectNode node) {
        node.put("name", setting.name())
                .put("value", setting.isSensitive() ? null : setting.value())
                .put("sensitive", setting.isSensitive())
                .put("source", source(setting.configSource()))
                .put("documentation", setting.documentation());
    }

    private static String source(byte id) {
        return ConfigSource.forId(id)
                .name()
                .toLowerCase(Locale.ROOT)
                .replace("_config", "")
                .replace('_', ' ');
    }
}
