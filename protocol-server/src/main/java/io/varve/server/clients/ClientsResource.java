// SPDX-License-Identifier: Apache-2.0
package io.varve.server.clients;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.server.clients.ClientUse.Versions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * The connected clients as a resource that has a setting, so that every client that knows DescribeConfigs can
 * read it: the topic resource {@code ?varve.clients} with {@code varve.clients}, an array in JSON:
 *
 * <pre>
 * [{"address": "127.0.0.1:1234", "clientId": "app", "software": "apache-kafka-java 4.3.1",
 *   "apis": {"0": [9, 13], "3": [12, 12]}}]      key of an API: lowest and highest version used
 * </pre>
 *
 * No topic's name has a question mark in it, and a Kafka answers that there cannot be such a topic.
 */
public final class ClientsResource {
    /** The name of the topic resource. */
    public static final String NAME = "?varve.clients";

    /** The setting that lists the clients. */
    public static final String KEY = "varve.clients";

    /** Max number of clients in an answer. */
    public static final int MAX_CLIENTS = 10_000;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ClientsResource() {}

    /**
     * @param type id of the type of a resource, any value
     * @param name name of the resource
     * @return true if the resource is the list of clients
     */
    public static boolean is(byte type, String name) {
        return type == ConfigResource.Type.TOPIC.id() && name.equals(NAME);
    }

    /**
     * @param clients the connected clients
     * @return the value of {@link #KEY}, with the first {@link #MAX_CLIENTS} of them
     */
    public static String write(Collection<ClientUse> clients) {
        ArrayNode all = JSON.createArrayNode();
        clients.stream().limit(MAX_CLIENTS).forEach(client -> {
            ObjectNode node = all.addObject()
                    .put("address", client.address())
                    .put("clientId", client.clientId())
                    .put("software", client.software());
            ObjectNode apis = node.putObject("apis");
            client.versions()
                    .forEach((api, used) -> apis.putArray(Short.toString(api.id))
                            .add(used.lowest())
                            .add(used.highest()));
        });
        return all.toString();
    }

    /**
     * Reads what {@link #write} made.
     *
     * @param json the value of {@link #KEY}
     * @return the clients; APIs that this version does not know are left out
     * @throws IllegalArgumentException if the text is not such a value
     */
    public static List<ClientUse> read(String json) {
        try {
            List<ClientUse> clients = new ArrayList<>();
            for (JsonNode node : JSON.readTree(json)) {
                Map<ApiKeys, Versions> versions = new EnumMap<>(ApiKeys.class);
                node.path("apis").properties().forEach(entry -> {
                    int api = Integer.parseInt(entry.getKey());
                    if (ApiKeys.hasId(api)) {
                        versions.put(
                                ApiKeys.forId(api),
                                new Versions((short) entry.getValue().path(0).intValue(), (short)
                                        entry.getValue().path(1).intValue()));
                    }
                });
                clients.add(new ClientUse(
                        node.path("address").asText(),
                        node.path("clientId").asText(),
                        node.path("software").asText(),
                        versions));
            }
            return clients;
        } catch (JsonProcessingException | NumberFormatException e) {
            throw new IllegalArgumentException("the answer is no list of clients: " + e.getMessage(), e);
        }
    }
}
