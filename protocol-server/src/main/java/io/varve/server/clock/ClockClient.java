// SPDX-License-Identifier: Apache-2.0
package io.varve.server.clock;

import io.varve.server.command.ClientAnswer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * Reads a server's clock and moves it, by an Admin client of the caller's. Every method waits for the answer,
 * and throws a {@link KafkaException} when the answer is an error. As thread-safe as the Admin client.
 */
public final class ClockClient {
    private static final ConfigResource CLOCK = new ConfigResource(ConfigResource.Type.TOPIC, ClockResource.NAME);

    private final Admin admin;

    /** @param admin talks to the server; stays the caller's to close */
    public ClockClient(Admin admin) {
        this.admin = admin;
    }

    /**
     * @return the server's time
     * @throws org.apache.kafka.common.errors.InvalidRequestException if the server runs by the machine's
     *     clock
     * @throws org.apache.kafka.common.errors.InvalidTopicException if the server is a Kafka
     */
    public ClockReading read() {
        Config answer = ClientAnswer.await(
                admin.describeConfigs(List.of(CLOCK)).values().get(CLOCK));
        return new ClockReading(number(answer, ClockResource.TIME), number(answer, ClockResource.AHEAD));
    }

    private static long number(Config answer, String key) {
        ConfigEntry entry = answer.get(key);
        if (entry == null || entry.value() == null || !entry.value().matches("\\d{1,18}")) {
            throw new UnsupportedVersionException("the server's answer has no " + key + " that is a number: " + answer);
        }
        return Long.parseLong(entry.value());
    }

    /**
     * Moves the server's time ahead. On return everything that became due is done.
     *
     * @param ms how far, in ms, 0 or more
     * @return the server's time afterwards
     * @throws KafkaException as {@link #read}, and if the server refuses
     */
    public ClockReading advance(long ms) {
        // Sets the time rather than a distance: the client may repeat a request whose answer is lost.
        String target = Long.toString(Math.addExact(read().ms(), ms));
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry(ClockResource.TIME, target), AlterConfigOp.OpType.SET);
        Map<ConfigResource, Collection<AlterConfigOp>> change = Map.of(CLOCK, List.of(set));
        ClientAnswer.await(admin.incrementalAlterConfigs(change).all());
        return read();
    }
}
