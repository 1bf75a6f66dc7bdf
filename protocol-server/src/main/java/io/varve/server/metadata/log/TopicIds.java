// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.log;

import io.varve.core.runtime.Ids;
import io.varve.core.spi.PartitionId;
import java.util.Collection;
import java.util.Optional;
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

    /**
     * Describes a partition that is stored under another topic id than it must have.
     *
     * @param due the partition that is missing
     * @param stored what is stored
     * @return what is wrong; empty if no partition of that name is stored
     */
    public static Optional<String> mistaken(PartitionId due, Collection<PartitionId> stored) {
        return stored.stream()
                .filter(found -> found.toString().equals(due.toString()) && !found.equals(due))
                .findFirst()
                .map(found -> found + " in log.dirs has the topic id " + kafka(found.topicId()) + ", not "
                        + kafka(due.topicId()) + " of the metadata: bring back what was there; if only the id is"
                        + " damaged (partition.metadata in its directory), correct it");
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
