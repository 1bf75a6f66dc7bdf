// SPDX-License-Identifier: Apache-2.0
package io.varve.server.explanation;

import io.varve.core.retention.RetentionExplanation;
import io.varve.server.command.ClientAnswer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * Asks a server what its retention will do, and pins records. Everything goes over Kafka's protocol, by an
 * Admin client of the caller's. Every method waits for the answer, and throws a {@link KafkaException} when
 * the answer is an error. As thread-safe as the Admin client.
 */
public final class RetentionClient {
    private static final String HOLD = "varve.hold.";

    private final Admin admin;

    /** @param admin talks to the server; stays the caller's to close */
    public RetentionClient(Admin admin) {
        this.admin = admin;
    }

    /**
     * @param topic a topic's name
     * @return what retention will do with each of its partitions
     */
    public List<RetentionExplanation> explain(String topic) {
        return ask(new ExplanationRequest(topic, ExplanationRequest.ALL, Map.of()));
    }

    /**
     * Asks what retention would do under other settings. Nothing changes.
     *
     * @param topic a topic's name
     * @param settings topic settings to try out, for instance {@code retention.ms}, {@code retention.bytes},
     *     {@code cleanup.policy}, {@code varve.hold.NAME}; an empty value stands for the broker's default
     * @return what retention would do with each of the topic's partitions
     */
    public List<RetentionExplanation> dryRun(String topic, Map<String, String> settings) {
        return ask(new ExplanationRequest(topic, ExplanationRequest.ALL, settings));
    }

    /**
     * @param request the partitions to explain, and the settings to try out
     * @return the explanations, by partition
     * @throws InvalidTopicException if no topic can have that name, or the server is a Kafka
     * @throws UnsupportedVersionException if the server's answer has no explanation
     * @throws IllegalArgumentException if the explanation is not in the form that this version reads
     */
    public List<RetentionExplanation> ask(ExplanationRequest request) {
        return ExplanationJson.read(askForJson(request));
    }

    /**
     * @param request the partitions to explain, and the settings to try out
     * @return the explanations as the server sent them, in JSON
     * @throws InvalidTopicException if no topic can have that name, or the server is a Kafka
     * @throws UnsupportedVersionException if the server's answer has no explanation
     */
    public String askForJson(ExplanationRequest request) {
        ConfigEntry answer = describe(request.resourceName()).get(ExplanationRequest.KEY);
        if (answer == null || answer.value() == null) {
            throw new UnsupportedVersionException("the server does not explain its retention");
        }
        return answer.value();
    }

    /**
     * Pins records until {@link #release}. The hold is in force, and safe from a crash, on return. A hold of
     * the same name is replaced.
     *
     * @param topic a topic's name
     * @param name the hold's name: letters, digits, '.', '_', '-'
     * @param ranges the ranges to pin: PARTITION:FROM-TO, separated by commas; TO is exclusive and optional,
     *     PARTITION may be {@code *}
     */
    public void hold(String topic, String name, String ranges) {
        alter(topic, new AlterConfigOp(new ConfigEntry(HOLD + name, ranges), AlterConfigOp.OpType.SET));
    }

    /**
     * Releases a hold. Without such a hold nothing changes.
     *
     * @param topic a topic's name
     * @param name the hold's name
     */
    public void release(String topic, String name) {
        alter(topic, new AlterConfigOp(new ConfigEntry(HOLD + name, ""), AlterConfigOp.OpType.DELETE));
    }

    /**
     * @param topic a topic's name
     * @return the ranges that each hold pins, by the hold's name
     */
    public Map<String, String> holds(String topic) {
        Map<String, String> holds = new TreeMap<>();
        for (ConfigEntry entry : describe(topic).entries()) {
            if (entry.name().startsWith(HOLD)) {
                holds.put(entry.name().substring(HOLD.length()), entry.value());
            }
        }
        return holds;
    }

    private Config describe(String name) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        return ClientAnswer.await(
                admin.describeConfigs(List.of(resource)).values().get(resource));
    }

    private void alter(String topic, AlterConfigOp operation) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Map<ConfigResource, Collection<AlterConfigOp>> changes = Map.of(resource, List.of(operation));
        ClientAnswer.await(admin.incrementalAlterConfigs(changes).all());
    }
}
