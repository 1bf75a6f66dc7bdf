// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.log;

import io.varve.core.runtime.Ids;
import io.varve.core.spi.PartitionId;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.image.TopicImage;

/** Makes ids as Kafka does, and translates between Kafka's ids and the engine's. Stateless. */
public final class TopicIds {
    private TopicIds() {}

    /**
     * Makes an id whose text does not start with '-', which command lines take for an option.
     *
     * @param ids the source of randomness
     * @return an id that Kafka has not reserved
     */
    public static Uuid next(Ids ids) {
        while (true) {
            Uuid id = kafka(ids.next());
            if (!Uuid.RESERVED.contains(id) && !id.toString().startsWith("-")) {
                return id;
            }
        }
    }

    /** @return the engine's form of an id */
    public static UUID java(Uuid id) {
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    /** @return Kafka's form of an id */
    public static Uuid kafka(UUID id) {
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    /**
     * @param topic a topic in the metadata
     * @param partition a partition number
     * @return what the engine calls that partition
     */
    public static PartitionId partition(TopicImage topic, int partition) {
        return new PartitionId(topic.name(), java(topic.id()), partition);
    }
}
