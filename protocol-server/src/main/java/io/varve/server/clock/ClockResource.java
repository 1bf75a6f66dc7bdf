// SPDX-License-Identifier: Apache-2.0
package io.varve.server.clock;

import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;

/**
 * The server's clock as a resource that has settings, so that every client that knows DescribeConfigs and
 * IncrementalAlterConfigs can read and move it:
 *
 * <pre>
 * resource            topic ?varve.clock
 * varve.clock.ms      the time in ms since the epoch; set it to move the time ahead
 * varve.clock.ahead.ms  ms by which it is ahead of the machine's time; read only
 * </pre>
 *
 * No topic's name has a question mark in it, and a Kafka answers that there cannot be such a topic.
 */
public final class ClockResource {
    /** The name of the topic resource. */
    public static final String NAME = "?varve.clock";

    /** The setting that is the time in ms since the epoch. */
    public static final String TIME = "varve.clock.ms";

    /** The setting that is the distance to the machine's time in ms. */
    public static final String AHEAD = "varve.clock.ahead.ms";

    private ClockResource() {}

    /**
     * @param type id of the type of a resource, any value
     * @param name name of the resource
     * @return true if the resource is the clock
     */
    public static boolean is(byte type, String name) {
        return type == ConfigResource.Type.TOPIC.id() && name.equals(NAME);
    }

    /** @return the settings of the clock, by name */
    public static Map<String, String> settings(ClockReading now) {
        return Map.of(TIME, Long.toString(now.ms()), AHEAD, Long.toString(now.aheadMs()));
    }

    /**
     * @param wanted the settings that a client wants set, by name
     * @return the time that the client wants, in ms since the epoch
     * @throws InvalidRequestException if the settings are not {@link #TIME} alone, a whole number
     */
    public static long wantedTime(Map<String, String> wanted) {
        String time = wanted.get(TIME);
        if (wanted.size() != 1 || time == null || !time.matches("\\d{1,18}")) {
            throw new InvalidRequestException("The clock is moved by setting " + TIME
                    + ", and nothing else, to a time in ms since the epoch, not " + wanted);
        }
        return Long.parseLong(time);
    }
}
