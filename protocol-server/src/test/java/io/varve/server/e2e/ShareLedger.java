// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Notes what share consumers were given and what the server confirmed, and finds what must not be. */
final class ShareLedger {
    private record Place(int partition, long offset) {}

    private final int limit;
    private final Set<Place> written = new HashSet<>();
    private final Set<Place> delivered = new HashSet<>();
    /** The last confirmed acknowledgement that ends the delivery of a record. */
    private final Map<Place, AcknowledgeType> ended = new HashMap<>();
    /** The delivery count of the last confirmed release. */
    private final Map<Place, Integer> released = new HashMap<>();
    /** Records whose last delivery the server may have ended without the client having heard of it. */
    private final Set<Place> unsure = new HashSet<>();
    /** Records that reached the limit: the server may have given them up. */
    private final Set<Place> exhausted = new HashSet<>();

    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();

    /** @param limit how often a record is delivered at most */
    ShareLedger(int limit) {
        this.limit = limit;
    }

    synchronized void written(int partition, long offset) {
        written.add(new Place(partition, offset));
    }

    synchronized void delivered(ConsumerRecord<String, String> record) {
        Place place = place(record);
        delivered.add(place);
        int count = record.deliveryCount().orElse((short) 0);
        if (count < 1 || count > limit) {
            violations.add(place + " has delivery count " + count);
        }
        if (count >= limit) {
            exhausted.add(place);
        }
    }

    /** The consumer is about to acknowledge; a kill may take the answer. */
    synchronized void asked(ConsumerRecord<String, String> record, AcknowledgeType type) {
        if (type != AcknowledgeType.RELEASE) {
            unsure.add(place(record));
        }
    }

    /** The server has confirmed an acknowledgement, each record at most once as ended. */
    synchronized void confirmed(ConsumerRecord<String, String> record, AcknowledgeType type) {
        Place place = place(record);
        int count = record.deliveryCount().orElse((short) 0);
        AcknowledgeType before = ended.get(place);
        if (before != null) {
            violations.add(place + " was confirmed as " + before + ", and then as " + type);
        }
        if (type == AcknowledgeType.RELEASE) {
            Integer earlier = released.put(place, count);
            if (earlier != null && count <= earlier) {
                violations.add(place + " was released at delivery " + earlier + ", and then at " + count);
            }
        } else {
            ended.put(place, type);
        }
    }

    /** Nothing of this consumer was buffered before: whatever it gets, the server delivers now. */
    synchronized void deliveredAtTheEnd(ConsumerRecord<String, String> record) {
        delivered(record);
        Integer before = released.get(place(record));
        int count = record.deliveryCount().orElse((short) 0);
        if (before != null && count <= before) {
            violations.add(place(record) + " was released at delivery " + before + ", and is delivered as " + count);
        }
        if (ended.containsKey(place(record))) {
            violations.add(place(record) + " is delivered again after " + ended.get(place(record)));
        }
    }

    /** @return number of written records that have certainly not been delivered to an end */
    synchronized long open() {
        return written.stream()
                .filter(place -> !ended.containsKey(place) && !exhausted.contains(place) && !unsure.contains(place))
                .count();
    }

    /** @return what was wrong; empty if nothing was */
    synchronized List<String> verdict() {
        written.stream()
                .filter(place -> !delivered.contains(place))
                .forEach(place -> violations.add(place + " was never delivered"));
        return List.copyOf(violations);
    }

    private static Place place(ConsumerRecord<String, String> record) {
        return new Place(record.partition(), record.offset());
    }
}
